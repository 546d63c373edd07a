/** Program: a server that watches its peers, and reports the end of each. */

import type { Cause, Keepalive } from '@systole/server';
import { createServer } from '@systole/server';
import { LostTime, lostMsWithin } from './lost-time.ts';
import { heard, programConfig, say, sharedNow } from './program.ts';

/** What it is started with. */
export interface DetectionWatcherConfig {
  readonly keepalive: Keepalive;
  readonly connections: number;
}

/** How a connection ended. */
interface DetectedEnd {
  readonly cause: Cause;
  readonly silenceMs: number;
  readonly probesSent: number;
  /** See {@link sharedNow}. */
  readonly at: number;
}

/** What it says. */
export type FromDetectionWatcher =
  | { readonly type: 'listening'; readonly port: number }
  /** Everyone has answered a heartbeat. */
  | { readonly type: 'beating' }
  /** All connections have ended. */
  | {
      readonly type: 'report';
      readonly ends: readonly DetectedEnd[];
      /** Of each session the events since the last time that it was believed to be alive; each sequence once. */
      readonly events: readonly string[];
      /** How long, since everyone has answered, this process could not run. */
      readonly lostMs: number;
    };

/** What it does. */
export interface ToDetectionWatcher {
  /** Everyone is connected: it says when they beat. */
  readonly type: 'connected';
}

const LOOK_MS = 10;

const { keepalive, connections } = programConfig<DetectionWatcherConfig>();
const { idleMs: idle, intervalMs: interval, probes } = keepalive;
// Nobody is waited for who is judged, so that `end` is told at once.
const server = createServer({ keepalive: { idle, interval, probes }, resumeWindow: 0, onMessage: () => undefined });
const ends: DetectedEnd[] = [];
const events = new Set<string>();

server.on('session', (session) => {
  const order: string[] = [];
  session.on('suspect', () => order.push('suspect'));
  session.on('alive', () => order.splice(0));
  session.on('dead', () => order.push('dead'));
  session.on('disconnect', ({ cause, evidence }) => {
    order.push('disconnect');
    ends.push({
      cause,
      silenceMs: evidence.silenceMs ?? Number.NaN,
      probesSent: evidence.probesSent,
      at: sharedNow(),
    });
  });
  session.on('end', () => {
    events.add([...order, 'end'].join(' '));
    if (ends.length === connections) report();
  });
});

const lostTime = new LostTime();
let beatingAt = Number.POSITIVE_INFINITY;

function report(): void {
  const lostMs = lostMsWithin(lostTime.gaps, { from: beatingAt, to: sharedNow() });
  say<FromDetectionWatcher>({ type: 'report', ends, events: [...events], lostMs });
}

const address = await server.listen({ host: '127.0.0.1', port: 0 });
say<FromDetectionWatcher>({ type: 'listening', port: 'port' in address ? address.port : 0 });

await heard<ToDetectionWatcher>();
const look = setInterval(() => {
  if (server.sessions.size < connections) return;
  if ([...server.sessions].some((session) => session.inspect().rtt === undefined)) return;
  clearInterval(look);
  beatingAt = sharedNow();
  say<FromDetectionWatcher>({ type: 'beating' });
}, LOOK_MS);
