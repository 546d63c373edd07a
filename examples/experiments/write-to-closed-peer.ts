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
//     first write: taken                      disconnect: reset (EPIPE on write)
//     error: EPIPE on write                   send: ERR_IN_DOUBT
//     close
//   The peer has reset the connection (RST), and we have not read that yet:
//     error: ECONNRESET on write              disconnect: reset (ECONNRESET on write)
//     close                                   send: ERR_IN_DOUBT
//
//   A write that succeeds has reached our own kernel; send tells of each message whether the peer has handled it.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { conduct } from './lab/experiment.ts';
import type { Ends } from './lab/plain-pair.ts';
import { plainPair } from './lab/plain-pair.ts';
import type { SystoleEnds } from './lab/systole-pair.ts';
import { systolePair, tellSend } from './lab/systole-pair.ts';

/** Long enough for a segment to come over loopback, even on a busy machine. */
const ARRIVAL_MS = 50;

/** Nothing else runs in this thread meanwhile, so nothing is read. */
function blockEventLoop(durationMs: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, durationMs);
}

/** Writes once a turn until that fails. */
async function writeOn({ ours, column }: Ends): Promise<void> {
  ours.write('first', (error) => error ?? column.tell('first write: taken'));
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
        plain: ['first write: taken', 'error: EPIPE on write', 'close'],
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
        plain: ['error: ECONNRESET on write', 'close'],
        systole: ['disconnect: reset (ECONNRESET on write)', 'send: ERR_IN_DOUBT'],
      },
    },
  ],
  lesson:
    'A write that succeeds has reached our own kernel; send tells of each message whether the peer has handled it.',
});
