/** Program: all clients of one rival. They keep messages under way for a time, or only listen. */

import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import '../support/ballast.ts';
import { heard, programConfig, say } from '../support/program.ts';
import type { Burst, BurstReport, Caller } from './burst.ts';
import { runBurst } from './burst.ts';
import type { RivalName } from './rivals.ts';
import { loadRival } from './rivals.ts';
import type { Answer } from './server.ts';

/** What it is started with. */
export interface ClientConfig {
  readonly rival: RivalName;
  readonly port: number;
  /** What the server does. */
  readonly answer: Answer;
}

/** What it says. */
export type FromClient =
  | { readonly type: 'connected' }
  /** Heartbeats that have come since it was started, and connections that are open. */
  | { readonly type: 'census'; readonly beats: number; readonly open: number }
  /** All that was sent has been answered. */
  | ({ readonly type: 'report' } & BurstReport);

/** What it does. */
export type ToClient =
  /** As fast as they can, or evenly over so long: then each has a phase of its own, as peers have that come when they come. */
  | { readonly type: 'connect'; readonly connections: number; readonly overMs?: number }
  | { readonly type: 'census' }
  | ({ readonly type: 'burst' } & Burst);

/** So many at once: a server's accept queue is not what is measured. */
const AT_ONCE = 100;

const { rival, port, answer } = programConfig<ClientConfig>();
const { connect } = await loadRival(rival);
const callers: Caller[] = [];

async function call(): Promise<void> {
  const caller = { sent: 0, receive: () => {} } as unknown as Caller;
  caller.line = await connect(port, (message) => caller.receive(message));
  callers.push(caller);
}

async function callMany(count: number): Promise<void> {
  for (let left = count; left > 0; left -= AT_ONCE) {
    await Promise.all(Array.from({ length: Math.min(left, AT_ONCE) }, call));
  }
}

/** Later than that if the server is not as fast. */
async function callOver(count: number, ms: number): Promise<void> {
  const startedAt = performance.now();
  const calls: Promise<void>[] = [];
  let answered = 0;
  while (calls.length < count) {
    const due = Math.min(count, Math.ceil(((performance.now() - startedAt) * count) / ms), answered + AT_ONCE);
    while (calls.length < due) {
      calls.push(
        call().then(() => {
          answered += 1;
        }),
      );
    }
    await sleep(1);
  }
  await Promise.all(calls);
}

for (;;) {
  const order = await heard<ToClient>();
  switch (order.type) {
    case 'connect':
      await (order.overMs === undefined ? callMany(order.connections) : callOver(order.connections, order.overMs));
      say<FromClient>({ type: 'connected' });
      break;
    case 'census': {
      const beats = callers.reduce((sum, { line }) => sum + line.beats, 0);
      say<FromClient>({ type: 'census', beats, open: callers.filter(({ line }) => line.isOpen).length });
      break;
    }
    case 'burst':
      say<FromClient>({ type: 'report', ...(await runBurst(callers, answer, order)) });
  }
}
