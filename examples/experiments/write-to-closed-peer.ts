// Writing on to a peer that is gone, before anybody has read FIN or RST. (UNP 5.13)
// The first write to a peer that has closed succeeds, and provokes RST; one that comes after it gets EPIPE. If the peer has
// reset the connection, the first write gets ECONNRESET. A plain socket tells nothing of what the first write has become.
//
// Run:     npm run build && node examples/dist/experiments/write-to-closed-peer.js
// You see:
//
//     node:net                                Systole
//     --------------------------------------  --------------------------------------
//   The peer has closed (FIN), and we have not read that yet:
//     write: taken by our kernel              disconnect: reset (EPIPE on write)
//     error: EPIPE on write                   send: ERR_IN_DOUBT
//     close
//   The peer has reset the connection (RST), and we have not read that yet:
//     write: ECONNRESET                       disconnect: reset (ECONNRESET on write)
//     error: ECONNRESET on write              send: ERR_IN_DOUBT
//     close
//
//   A write that succeeds has reached our own kernel; send tells of each message whether the peer has handled it.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { blockEventLoop } from '../support/block-event-loop.ts';
import { conduct } from './lab/experiment.ts';
import type { Ends } from './lab/plain-pair.ts';
import { plainPair, tellWrite } from './lab/plain-pair.ts';
import type { SystoleEnds } from './lab/systole-pair.ts';
import { systolePair, tellSend } from './lab/systole-pair.ts';

/** Long enough for a segment to come over loopback, even on a busy machine. Our event loop is blocked meanwhile, so nothing is read. */
const ARRIVAL_MS = 50;

/** Writes once a turn until that fails, and tells what became of the first write. */
async function writeOn({ ours, column }: Ends): Promise<void> {
  void tellWrite(column, ours, 'first');
  while (!ours.destroyed) {
    await nextTurn();
    ours.write('more');
  }
}

/** Sends once a turn until the session is over, and tells what became of the first message. */
async function sendOn({ session, column }: SystoleEnds): Promise<void> {
  const first = tellSend(column, session, 'first');
  while (session.inspect().state === 'open') {
    await nextTurn();
    session.send('more').catch(() => {});
  }
  await first;
}

await conduct({
  title: 'We write to a peer that is gone, before read has told us.',
  trials: [
    {
      happens: 'The peer has closed (FIN), and we have not read that yet',
      plain: plainPair(async (ends) => {
        ends.ours.pause();
        ends.peers.destroy();
        blockEventLoop(ARRIVAL_MS);
        await writeOn(ends);
      }),
      systole: systolePair(async (ends) => {
        ends.ours.pause();
        ends.peers.destroy();
        blockEventLoop(ARRIVAL_MS);
        await sendOn(ends);
      }),
      expected: {
        plain: ['write: taken by our kernel', 'error: EPIPE on write', 'close'],
        systole: ['disconnect: reset (EPIPE on write)', 'send: ERR_IN_DOUBT'],
      },
    },
    {
      happens: 'The peer has reset the connection (RST), and we have not read that yet',
      plain: plainPair(async (ends) => {
        ends.peers.resetAndDestroy();
        blockEventLoop(ARRIVAL_MS);
        await writeOn(ends);
      }),
      systole: systolePair(async (ends) => {
        ends.peers.resetAndDestroy();
        blockEventLoop(ARRIVAL_MS);
        await sendOn(ends);
      }),
      expected: {
        plain: ['write: ECONNRESET', 'error: ECONNRESET on write', 'close'],
        systole: ['disconnect: reset (ECONNRESET on write)', 'send: ERR_IN_DOUBT'],
      },
    },
  ],
  lesson:
    'A write that succeeds has reached our own kernel; send tells of each message whether the peer has handled it.',
});
