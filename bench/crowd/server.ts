/** Program: one of the servers. It watches its share of the crowd, and tells what that has cost. */

import { subscribe } from 'node:diagnostics_channel';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { KeepaliveOptions } from '@systole/server';
import { CHANNELS, createServer } from '@systole/server';
import { usedMs } from '../support/lost-time.ts';
import type { Memory } from '../support/memory.ts';
import { weigh } from '../support/memory.ts';
import { heard, programConfig, say, sharedNow } from '../support/program.ts';
import type { Troubles } from './troubles.ts';
import { TroubleCount } from './troubles.ts';

/** What it is started with. */
export interface ServerConfig {
  readonly host: string;
  readonly keepalive: KeepaliveOptions;
  /** At how many ports it listens. */
  readonly doors: number;
}

/** Since it was started; the delay since it was last asked. */
export interface Tally {
  /** On the clock that all processes share. */
  readonly at: number;
  readonly cpuMs: number;
  readonly maxLoopDelayMs: number;
  /** Sessions that have a connection. */
  readonly sessions: number;
  readonly suspicions: number;
  readonly stalls: number;
  readonly troubles: Troubles;
}

/** What it says. */
export type FromServer =
  | { readonly type: 'listening'; readonly ports: readonly number[] }
  /** After a garbage collection. */
  | ({ readonly type: 'memory' } & Memory)
  | ({ readonly type: 'tally' } & Tally);

/** What it does. */
export interface ToServer {
  readonly type: 'memory' | 'tally';
}

/** Of the timer that measures the loop; what is measured includes it. Each tick wakes the process: more of them would be measured themselves. */
const RESOLUTION_MS = 20;

const { host, keepalive, doors } = programConfig<ServerConfig>();
const count = new TroubleCount();
/** One a port. */
const servers = Array.from({ length: doors }, () => createServer({ keepalive }));
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
let suspicions = 0;
let stalls = 0;
subscribe(CHANNELS.suspect, () => {
  suspicions += 1;
});
subscribe(CHANNELS.stall, () => {
  stalls += 1;
});

function tally(): Tally {
  const maxLoopDelayMs = Math.max(0, delay.max / 1e6 - RESOLUTION_MS);
  const sessions = servers.reduce((sum, server) => sum + server.inspect().sessions, 0);
  return { at: sharedNow(), cpuMs: usedMs(), maxLoopDelayMs, sessions, suspicions, stalls, troubles: count.troubles };
}

const addresses = await Promise.all(servers.map((server) => server.listen({ host, port: 0, backlog: 1_024 })));
delay.enable();
say<FromServer>({ type: 'listening', ports: addresses.map(({ port }) => port) });
for (;;) {
  const { type } = await heard<ToServer>();
  if (type === 'memory') say<FromServer>({ type, ...weigh() });
  else say<FromServer>({ type, ...tally() });
  delay.reset(); // also of what weighing has taken
}
