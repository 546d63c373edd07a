// We write to a peer that has closed, and whose FIN could not come through yet: its kernel answers our data with RST, and
// forgets what it still had for us. (UNP 5.12 and 5.13)
// Our kernel gives the reader what it still has, and then ECONNRESET. Up to libuv 1.51 (Node 22) only who reads byte by byte
// gets to see that: others are told `end`. Systole acknowledges what it reads, and hears it from its write. Whatever it is called, the end of what the peer said is missing:
// Systole hands out no half message, and says that ours is in doubt.
// Seen so on Linux; other kernels throw away what is unread when RST comes.
//
// Run:     npm run build && node examples/dist/experiments/write-provokes-rst.js
// You see:
//
//     node:net                                Systole
//     --------------------------------------  --------------------------------------
//   The peer closes in the middle of 12 MB; we write, RST comes back, and we read on, byte by byte:
//     write: taken by our kernel              disconnect: reset (ECONNRESET on write)
//     data: a part of 12000000 bytes          send: ERR_IN_DOUBT
//     error: ECONNRESET on read
//     close
//   The same, and we read as Node does unless it is told otherwise, as much as there is:
//     write: taken by our kernel              disconnect: reset (ECONNRESET on write)
//     data: a part of 12000000 bytes          send: ERR_IN_DOUBT
//     …
//     close
//
//   An RST behind data is ECONNRESET to who reads byte by byte, and may be a mere end to who does not: an end is no proof that all has come.

import { atRest } from './lab/at-rest.ts';
import type { Side } from './lab/experiment.ts';
import { conduct } from './lab/experiment.ts';
import type { Ends, PlainOptions } from './lab/plain-pair.ts';
import { plainPair, tellWrite } from './lab/plain-pair.ts';
import { RESET_BEHIND_DATA } from './lab/reset-behind-data.ts';
import { systolePair, tellSend } from './lab/systole-pair.ts';

/** More than the buffers of both kernels take. */
const SIZE = 12_000_000;

/** Our kernel's window is full, so the FIN of the peer's close waits in its kernel, behind data: we know of nothing. */
async function closeBehindFullWindow({ ours, peers }: Ends, send: () => void): Promise<void> {
  ours.pause();
  send();
  await atRest(ours, peers);
  peers.destroy();
}

const plain = (options: PlainOptions = {}): Side =>
  plainPair(
    async (ends) => {
      const { ours, peers, column } = ends;
      await closeBehindFullWindow(ends, () => peers.write(Buffer.alloc(SIZE)));
      await tellWrite(column, ours, 'are you there?');
      await atRest(ours, peers);
      ours.resume();
    },
    { sent: SIZE, ...options },
  );

const systole = systolePair(async (ends) => {
  const { ours, peers, session, peerSession, column } = ends;
  await closeBehindFullWindow(ends, () => void peerSession.send(Buffer.alloc(SIZE)).catch(() => {}));
  const sent = tellSend(column, session, 'are you there?');
  await atRest(ours, peers);
  ours.resume();
  await sent;
});

await conduct({
  title: 'A write provokes an RST: does read see it?',
  trials: [
    {
      happens: 'The peer closes in the middle of 12 MB; we write, RST comes back, and we read on, byte by byte',
      plain: plain({ readSize: 1 }),
      systole,
      expected: {
        plain: ['write: taken by our kernel', `data: a part of ${SIZE} bytes`, 'error: ECONNRESET on read', 'close'],
        systole: ['disconnect: reset (ECONNRESET on write)', 'send: ERR_IN_DOUBT'],
      },
    },
    {
      happens: 'The same, and we read as Node does unless it is told otherwise, as much as there is',
      plain: plain(),
      systole,
      expected: {
        plain: ['write: taken by our kernel', `data: a part of ${SIZE} bytes`, RESET_BEHIND_DATA, 'close'],
        systole: ['disconnect: reset (ECONNRESET on write)', 'send: ERR_IN_DOUBT'],
      },
    },
  ],
  lesson:
    'An RST behind data is ECONNRESET to who reads byte by byte, and may be a mere end to who does not: an end is no proof that all has come.',
});
