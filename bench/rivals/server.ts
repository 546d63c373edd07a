/** Program: the server of one rival. It sends back whatever comes, and tells what it has used. */

import { monitorEventLoopDelay } from 'node:perf_hooks';
import process from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { usedMs } from '../support/lost-time.ts';
import { heard, programConfig, say } from '../support/program.ts';
import type { RivalName } from './rivals.ts';
import { RIVALS } from './rivals.ts';

/** What it is started with. */
export interface ServerConfig {
  readonly rival: RivalName;
  /** Undefined: it watches nobody. */
  readonly heartbeatMs?: number;
}

export interface Memory {
  /** On the engine's heap and beside it, in bytes. */
  readonly heap: number;
  /** Of the whole process. */
  readonly rss: number;
}

/** What it says. */
export type FromServer =
  | { readonly type: 'listening'; readonly port: number }
  /** After a garbage collection. */
  | ({ readonly type: 'memory' } & Memory)
  /** Since it was started; the delay since it was last asked. */
  | { readonly type: 'tally'; readonly cpuMs: number; readonly messages: number; readonly maxLoopDelayMs: number };

/** What it does. */
export type ToServer = { readonly type: 'memory' } | { readonly type: 'tally' };

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const { rival, heartbeatMs } = programConfig<ServerConfig>();
const delay = monitorEventLoopDelay({ resolution: 5 });
let messages = 0;

/** Twice: what the first one frees may have kept something else. */
function weigh(): Memory {
  collectGarbage();
  collectGarbage();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heap: heapUsed + external, rss };
}

const port = await RIVALS[rival].listen(heartbeatMs, (line) => (message) => {
  messages += 1;
  line.send(message);
});
delay.enable();
say<FromServer>({ type: 'listening', port });
for (;;) {
  const { type } = await heard<ToServer>();
  if (type === 'memory') say<FromServer>({ type, ...weigh() });
  else say<FromServer>({ type, cpuMs: usedMs(), messages, maxLoopDelayMs: delay.max / 1e6 });
  delay.reset(); // also of what weighing has taken
}
