/** Program: the server of one rival. It answers messages, tells what it has used, and stands still when it is told to. */

import { monitorEventLoopDelay } from 'node:perf_hooks';
import '../support/ballast.ts';
import { usedMs } from '../support/lost-time.ts';
import type { Memory } from '../support/memory.ts';
import { weigh } from '../support/memory.ts';
import { heard, programConfig, say, sharedNow } from '../support/program.ts';
import type { ListenOptions } from './rival.ts';
import type { RivalName } from './rivals.ts';
import { loadRival } from './rivals.ts';
import { numberBytesOf, requireStamp } from './stamp.ts';

/**
 * What comes back for a message: all of it; only its number, which is how one acknowledges by hand that it is handled; or what
 * the rival itself sends.
 */
export type Answer = 'echo' | 'number' | 'own';

/** What it is started with. */
export interface ServerConfig extends ListenOptions {
  readonly rival: RivalName;
  /** Default: echo. */
  readonly answer?: Answer;
}

/** Since it was started; the delay since it was last asked. */
export interface Tally {
  readonly cpuMs: number;
  readonly messages: number;
  readonly bytes: number;
  readonly maxLoopDelayMs: number;
}

/** What it says. */
export type FromServer =
  | { readonly type: 'listening'; readonly port: number }
  /** After a garbage collection. */
  | ({ readonly type: 'memory' } & Memory)
  | ({ readonly type: 'tally' } & Tally)
  /** Now; and how long it has been. */
  | { readonly type: 'blocking' }
  | { readonly type: 'blocked'; readonly lastedMs: number };

/** What it does. */
export type ToServer =
  | { readonly type: 'memory' }
  | { readonly type: 'tally' }
  /** The loop does not turn for so long. */
  | { readonly type: 'block'; readonly ms: number };

/** Of the timer that measures the loop; what is measured includes it. */
const RESOLUTION_MS = 10;

const { rival, answer = 'echo', ...options } = programConfig<ServerConfig>();
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
let messages = 0;
let bytes = 0;

function tally(): Tally {
  const maxLoopDelayMs = Math.max(0, delay.max / 1e6 - RESOLUTION_MS);
  return { cpuMs: usedMs(), messages, bytes, maxLoopDelayMs };
}

const nobody = new Int32Array(new SharedArrayBuffer(4));

/**
 * At once, so that nothing is read between what is said and what is meant; without using the processor, as others want it.
 * Returns how long it was.
 */
function block(ms: number): number {
  say<FromServer>({ type: 'blocking' });
  const from = sharedNow();
  Atomics.wait(nobody, 0, 0, ms);
  return sharedNow() - from;
}

const { listen } = await loadRival(rival);
const port = await listen(options, (line) => {
  let last = 0;
  return (message) => {
    messages += 1;
    bytes += message.length;
    if (answer === 'echo') return line.send(message); // whether it is the right one, the client sees
    last += 1;
    requireStamp(message, last);
    if (answer === 'number') line.send(numberBytesOf(message));
  };
});
delay.enable();
say<FromServer>({ type: 'listening', port });
for (;;) {
  const order = await heard<ToServer>();
  switch (order.type) {
    case 'memory':
      say<FromServer>({ type: 'memory', ...weigh() });
      break;
    case 'tally':
      say<FromServer>({ type: 'tally', ...tally() });
      break;
    case 'block':
      say<FromServer>({ type: 'blocked', lastedMs: block(order.ms) });
  }
  delay.reset(); // also of what weighing has taken
}
