/** Program: a fleet of clients that come back by themselves when their server is gone, and tell when. */

import { heard, programConfig, say, sharedNow } from '../support/program.ts';
import type { Fleet, FleetName } from './fleet.ts';
import { FLEETS } from './fleet.ts';

/** What it is started with. */
export interface ClientsConfig {
  readonly fleet: FleetName;
  readonly port: number;
  readonly connections: number;
}

/** One client that has come back. */
export interface Return {
  /** When its attempt was due, and when it was back, on the clock that all processes share. */
  readonly dueAt: number;
  readonly at: number;
  /** Whether its session went on where it had ended. */
  readonly isResumed: boolean;
}

/** What it says. */
export type FromClients =
  | { readonly type: 'connected' }
  /** Everyone is back, or the time is over. */
  | { readonly type: 'report'; readonly returns: readonly Return[] };

/** What it does. */
export interface ToClients {
  /** The server is about to go: waits for so long for everyone to come back. */
  readonly type: 'watch';
  readonly patienceMs: number;
}

/** So many at once: a server's accept queue is not what is measured. */
const AT_ONCE = 100;

const { fleet, port, connections } = programConfig<ClientsConfig>();
const returns: Return[] = [];
let wake = (): void => {};

function onReturn(isResumed: boolean, dueAt: number): void {
  returns.push({ dueAt, at: sharedNow(), isResumed });
  if (returns.length === connections) wake();
}

const { join }: Fleet = FLEETS[fleet];
for (let left = connections; left > 0; left -= AT_ONCE) {
  await Promise.all(Array.from({ length: Math.min(left, AT_ONCE) }, () => join(port, onReturn)));
}
say<FromClients>({ type: 'connected' });
const { patienceMs } = await heard<ToClients>();
await new Promise<void>((resolve) => {
  wake = resolve;
  if (returns.length === connections) resolve();
  setTimeout(resolve, patienceMs);
});
say<FromClients>({ type: 'report', returns });
