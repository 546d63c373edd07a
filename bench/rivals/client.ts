/** Program: all clients of one rival. They keep messages under way for a time, or only listen. */

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
  | { readonly type: 'connect'; readonly connections: number }
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

for (;;) {
  const order = await heard<ToClient>();
  switch (order.type) {
    case 'connect':
      await callMany(order.connections);
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
