// SIGSTOP freezes the process of the peer. Its kernel goes on: it acknowledges, takes data, answers keepalive, and even
// accepts new connections. So a plain socket is told nothing; a session of Systole is, within its bound of
// idle + interval x probes = 500 + 3 x 250 = 1250 ms, because what answers a probe is the process. Nor is a new connection
// one before the process has said WELCOME.
//
// Run:     npm run build && node examples/dist/experiments/frozen-process.js
// You see:
//
//     node:net                                Systole
//     --------------------------------------  --------------------------------------
//   SIGSTOP freezes the process of the peer:
//     write: true                             suspect
//     told in 2500 ms: nothing                dead: silent
//     a new connection: connect               disconnect: silent
//                                             send: ERR_IN_DOUBT
//                                             within 1250 ms: true
//                                             a new connection: handshake-timeout
//
//   A kernel connects, acknowledges and takes data for a process that does not run; only an answer of the process proves that it does.

import { setTimeout as sleep } from 'node:timers/promises';
import type { SessionEvents } from '@systole/client';
import type { Column } from './lab/column.ts';
import { conduct } from './lab/experiment.ts';
import { connectPlain, startPeer } from './lab/peer-process.ts';
import { tellSocket } from './lab/plain-pair.ts';
import { connectOnce, tellSend, tellSession } from './lab/systole-pair.ts';

const KEEPALIVE = { idle: 500, interval: 250, probes: 3 } as const;
const WINDOW_MS = KEEPALIVE.interval * KEEPALIVE.probes;
const BOUND_MS = KEEPALIVE.idle + WINDOW_MS;

/** What a bound may be exceeded by: timers and processes are scheduled, not exact. */
const TOLERANCE_MS = 100;

async function freezePlain(column: Column): Promise<void> {
  const { peer, port } = await startPeer(column, 'plain-peer', 'polite');
  const ours = await connectPlain(column, port);
  ours.setKeepAlive(true, 1_000); // the kernel's own, and as soon as it can be had
  void tellSocket(column, ours);
  peer.kill('SIGSTOP');
  column.tell(`write: ${ours.write('are you there?')}`);
  const before = column.lines.length;
  await sleep(2 * BOUND_MS);
  column.tell(`told in ${2 * BOUND_MS} ms: ${column.lines.length === before ? 'nothing' : 'something'}`);
  await connectPlain(column, port);
  column.tell('a new connection: connect');
}

async function freezeSystole(column: Column): Promise<void> {
  const { peer, port } = await startPeer(column, 'systole-peer', 'polite');
  const session = connectOnce(column, { port, keepalive: KEEPALIVE });
  const disconnect = session.next('disconnect');
  const ended = tellSession(column, session);
  const { boundMs = Number.NaN } = await session.next('connect');
  peer.kill('SIGSTOP');
  const sent = tellSend(column, session, 'are you there?');
  await Promise.all([sent, ended]);
  column.tell(`within ${boundMs} ms: ${isWithin(boundMs, await disconnect)}`);
  const another = connectOnce(column, { port, handshakeTimeout: '500ms' });
  column.tell(`a new connection: ${(await another.next('end')).cause}`);
}

/** A process that did not run itself, as on a machine that is too busy, has excused the peer for as long, and for a window of probes. */
function isWithin(boundMs: number, { evidence }: SessionEvents['disconnect']): boolean {
  const { silenceMs = Number.POSITIVE_INFINITY, stallMs } = evidence;
  const excuseMs = stallMs === undefined ? 0 : stallMs + WINDOW_MS;
  return silenceMs <= boundMs + excuseMs + TOLERANCE_MS;
}

await conduct({
  title: 'The process of the peer is frozen, and its kernel goes on.',
  trials: [
    {
      happens: 'SIGSTOP freezes the process of the peer',
      plain: freezePlain,
      systole: freezeSystole,
      expected: {
        plain: ['write: true', `told in ${2 * BOUND_MS} ms: nothing`, 'a new connection: connect'],
        systole: [
          'suspect',
          'dead: silent',
          'disconnect: silent',
          'send: ERR_IN_DOUBT',
          `within ${BOUND_MS} ms: true`,
          'a new connection: handshake-timeout',
        ],
      },
    },
  ],
  lesson:
    'A kernel connects, acknowledges and takes data for a process that does not run; only an answer of the process proves that it does.',
});
