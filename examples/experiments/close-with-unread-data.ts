// Who closes a socket with unread data sends RST instead of FIN, so that the other end knows. (RFC 2525, 2.17)
// It throws away what is on its way to us, too: a server that refuses a large upload and closes may never be heard.
//
// Run:     npm run build && node examples/dist/experiments/close-with-unread-data.js
// You see:
//
//     node:net                                Systole
//     --------------------------------------  --------------------------------------
//   The peer has read our 196608 bytes, and closes:
//     end                                     send: handled by the peer
//     close                                   disconnect: eof (hint: crash)
//   The peer has left most of our 196608 bytes unread, and closes:
//     error: ECONNRESET on read               disconnect: reset (ECONNRESET on read)
//     close                                   send: ERR_IN_DOUBT
//
//   Who closes with unread data sends RST instead of FIN: read everything before you close, or your last words may be lost.

import { atRest } from './lab/at-rest.ts';
import { conduct } from './lab/experiment.ts';
import type { Ends } from './lab/plain-pair.ts';
import { plainPair } from './lab/plain-pair.ts';
import type { SystoleEnds } from './lab/systole-pair.ts';
import { systolePair, tellSend } from './lab/systole-pair.ts';

/** Less than the window of Systole, so that all of it is sent. */
const SIZE = 196_608;

async function closePlain({ ours, peers }: Ends): Promise<void> {
  ours.write(Buffer.alloc(SIZE));
  await atRest(ours, peers);
  peers.destroy();
}

async function closeSystole({ ours, peers, session, column }: SystoleEnds): Promise<void> {
  const sent = tellSend(column, session, Buffer.alloc(SIZE));
  await atRest(ours, peers);
  peers.destroy();
  await sent;
}

await conduct({
  title: 'The peer closes in the same way twice: what differs is whether it has read what we sent.',
  trials: [
    {
      happens: `The peer has read our ${SIZE} bytes, and closes`,
      plain: plainPair(closePlain),
      systole: systolePair(closeSystole),
      expected: { plain: ['end', 'close'], systole: ['send: handled by the peer', 'disconnect: eof (hint: crash)'] },
    },
    {
      happens: `The peer has left most of our ${SIZE} bytes unread, and closes`,
      plain: plainPair((ends) => {
        ends.peers.pause();
        return closePlain(ends);
      }),
      systole: systolePair((ends) => {
        ends.peers.pause();
        return closeSystole(ends);
      }),
      expected: {
        plain: ['error: ECONNRESET on read', 'close'],
        systole: ['disconnect: reset (ECONNRESET on read)', 'send: ERR_IN_DOUBT'],
      },
    },
  ],
  lesson:
    'Who closes with unread data sends RST instead of FIN: read everything before you close, or your last words may be lost.',
});
