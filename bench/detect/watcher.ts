/** Program: the server that watches, in a process of its own, so that it is measured alone. */

import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Cause, Keepalive } from '@systole/server';
import { createServer } from '@systole/server';
import { LostTime, usedMs } from '../support/lost-time.ts';
import { heard, programConfig, say, sharedNow } from '../support/program.ts';

/** What it is started with. */
export interface WatcherConfig {
  readonly keepalive: Keepalive;
  readonly connections: number;
  /** Reports at last so long after `measure`, whoever is still missing. */
  readonly patienceMs: number;
}

/** The end of a connection. */
export interface Ended {
  readonly cause: Cause;
  /** Since its last byte: the time of detection. */
  readonly silenceMs: number;
  /** On the clock that all processes share. */
  readonly at: number;
}

/** What it says. */
export type FromWatcher =
  | { readonly type: 'listening'; readonly port: number }
  /** Everyone has answered a heartbeat. */
  | { readonly type: 'beating' }
  | {
      readonly type: 'report';
      readonly ended: readonly Ended[];
      readonly stalls: number;
      readonly maxLoopDelayMs: number;
      /** See {@link LostTime}. */
      readonly maxLostMs: number;
      /** Processor time since `measure`: that of the probes and the verdicts. */
      readonly cpuMs: number;
    };

/** What it does. */
export interface ToWatcher {
  /** Everyone is connected; from now on the loop is measured. */
  readonly type: 'connected' | 'measure';
}

/** Of the timer that measures the loop; what is measured includes it. */
const RESOLUTION_MS = 10;
const LOOK_MS = 20;

const { keepalive, connections, patienceMs } = programConfig<WatcherConfig>();
const { idleMs: idle, intervalMs: interval, probes } = keepalive;
const server = createServer({ keepalive: { idle, interval, probes }, onMessage: () => undefined });
const ended: Ended[] = [];
let stalls = 0;
let wake = (): void => {};

server.on('stall', () => {
  stalls += 1;
});
server.on('session', (session) => {
  session.on('disconnect', ({ cause, evidence }) => {
    ended.push({ cause, silenceMs: evidence.silenceMs ?? Number.NaN, at: sharedNow() });
    if (ended.length === connections) wake();
  });
});

const address = await server.listen({ host: '127.0.0.1', port: 0 });
say<FromWatcher>({ type: 'listening', port: 'port' in address ? address.port : 0 });

await heard<ToWatcher>();
await new Promise<void>((resolve) => {
  const look = setInterval(() => {
    if (server.sessions.size < connections) return;
    if ([...server.sessions].some((session) => session.inspect().rtt === undefined)) return;
    clearInterval(look);
    resolve();
  }, LOOK_MS);
});
say<FromWatcher>({ type: 'beating' });

await heard<ToWatcher>();
const loopDelay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
loopDelay.enable();
const lostTime = new LostTime();
const usedBefore = usedMs();
await new Promise<void>((resolve) => {
  wake = resolve;
  if (ended.length === connections) resolve();
  setTimeout(resolve, patienceMs);
});
loopDelay.disable();
say<FromWatcher>({
  type: 'report',
  ended,
  stalls,
  maxLoopDelayMs: loopDelay.max / 1e6 - RESOLUTION_MS,
  maxLostMs: lostTime.longestMs,
  cpuMs: usedMs() - usedBefore,
});
