/** What a direction is like: the lasting faults. */

import { type Duration, parseDuration } from '@systole/core';
import { durationSchema, integerSchema } from '@systole/core/internal';
import * as v from 'valibot';
import { drip, type Pace, throttle } from './pace.ts';

/** A slow path. Order is kept, and a FIN stays behind the data. */
export interface Shape {
  /** How long everything is on its way. Default: 0. */
  readonly latency?: Duration;
  /** How much passes in a second. Default: as much as the path can take. */
  readonly bytesPerSecond?: number;
  /** One byte at a time, no closer together than this, and than the 10 ms of a timer. Instead of `bytesPerSecond`. */
  readonly drip?: Duration;
}

/**
 * What one direction is like, for live connections and those that come.
 *
 * - `open`: everything passes, with back-pressure.
 * - `frozen`: the receiver has stopped reading, as a stopped process does. Bytes are taken by the kernels until their
 *   buffers are full, then the sender waits; a FIN waits behind them. An RST passes, and the target is still dialled: a
 *   kernel answers for a stopped process.
 * - `blackholed`: the path is gone, and nobody is told. No byte, FIN or RST passes. A connection that comes is accepted by the
 *   proxy's kernel, which cannot be helped, but the target is not dialled before both directions have left this
 *   condition; a client that has given up until then was never there for the target.
 * - a {@link Shape}: everything passes, slowly.
 *
 * What a frozen or blackholed direction keeps back is **held, not dropped**, and passes, in order, once it is lifted: TCP
 * sends again what a network has lost, so over a real outage no byte is lost to a connection that survives it. Like a sender's
 * kernel in a real outage, the proxy holds only so much; then the sender's writes wait. Two things are kinder than a real network: what was held passes at
 * once, and not with TCP's next attempt, and nobody's retransmissions give up.
 */
export type Condition = 'open' | 'frozen' | 'blackholed' | Shape;

/** A {@link Condition} resolved. */
export interface Passage {
  readonly kind: 'open' | 'frozen' | 'blackholed';
  readonly latencyMs: number;
  readonly pace: Pace | undefined;
}

const NAMES: readonly unknown[] = ['open', 'frozen', 'blackholed'] satisfies Condition[];

const shapeSchema = v.pipe(
  v.strictObject({
    latency: v.optional(durationSchema()),
    bytesPerSecond: v.optional(integerSchema(1, Number.MAX_SAFE_INTEGER)),
    drip: v.optional(durationSchema(1)),
  }),
  v.check(
    ({ bytesPerSecond, drip: every }) => bytesPerSecond === undefined || every === undefined,
    'without both bytesPerSecond and drip',
  ),
);

/** The valibot schema of a {@link Condition}. */
export const conditionSchema: v.GenericSchema = v.lazy((value) =>
  typeof value === 'object' && value !== null
    ? shapeSchema
    : v.custom(
        (name) => NAMES.includes(name),
        "'open', 'frozen', 'blackholed', or an object of latency, bytesPerSecond and drip",
      ),
);

/** The passage of a condition that has been checked. */
export function passageOf(condition: Condition): Passage {
  if (typeof condition === 'string') return { kind: condition, latencyMs: 0, pace: undefined };
  return { kind: 'open', latencyMs: parseDuration(condition.latency) ?? 0, pace: paceOf(condition) };
}

function paceOf({ bytesPerSecond, drip: every }: Shape): Pace | undefined {
  if (bytesPerSecond !== undefined) return throttle(bytesPerSecond);
  const everyMs = parseDuration(every);
  return everyMs === undefined ? undefined : drip(everyMs);
}
