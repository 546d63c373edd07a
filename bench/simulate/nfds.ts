/**
 * NFD-S, the detector whose quality is known in closed form: heartbeats each eta over a channel that loses and delays each
 * independently; from i x eta + delta on, the peer is trusted if heartbeat i or a later one has come (Chen et al. 2002).
 */

import type { Ledger } from './ledger.ts';
import type { Random } from './random.ts';
import { exponential } from './random.ts';

/** Heartbeats, and what the channel does to them. Delays are exponential. */
export interface Model {
  readonly etaMs: number;
  readonly loss: number;
  readonly meanDelayMs: number;
}

/** What the theory says of a detector. */
export interface Quality {
  /** E(T_MR): from one mistake to the next. */
  readonly recurrenceMs: number;
  /** E(T_M): how long one lasts. */
  readonly durationMs: number;
  /** 1 - P_A: the share of time in which asking gives the wrong answer. */
  readonly inaccuracy: number;
}

/** Steps of the integral. Their error is far below that of any simulation. */
const STEPS = 20_000;

/** The closed form, for a bound of the detection time: delta + eta. */
export function qualityOf({ etaMs, loss, meanDelayMs }: Model, boundMs: number): Quality {
  const deltaMs = boundMs - etaMs;
  const isLater = (ms: number): number => (ms > 0 ? Math.exp(-ms / meanDelayMs) : 1);
  const last = Math.ceil(deltaMs / etaMs);
  /** The chance that none of the heartbeats that could be there by then is. */
  const u = (x: number): number => {
    let product = 1;
    for (let j = 0; j <= last; j += 1) product *= loss + (1 - loss) * isLater(deltaMs + x - j * etaMs);
    return product;
  };
  let integral = 0;
  for (let step = 0; step < STEPS; step += 1) integral += (u(((step + 0.5) / STEPS) * etaMs) * etaMs) / STEPS;
  // A mistake begins at a freshness point: heartbeat i - 1 was in time for the one before, and none is for this one.
  const start = (1 - loss) * (1 - isLater(deltaMs + etaMs)) * u(0);
  return { recurrenceMs: etaMs / start, durationMs: integral / start, inaccuracy: integral / etaMs };
}

/** When each of the heartbeats arrives; infinite for those that are lost. */
export function drawArrivals({ etaMs, loss, meanDelayMs }: Model, count: number, random: Random): Float64Array {
  return Float64Array.from({ length: count }, (_, index) =>
    random() < loss ? Number.POSITIVE_INFINITY : index * etaMs + exponential(random, meanDelayMs),
  );
}

/** Runs the detector over these arrivals. */
export function runNfds({ etaMs }: Model, boundMs: number, arrivals: Float64Array, ledger: Ledger): void {
  const freshAt = firstOfRest(arrivals);
  for (let index = 0; index < arrivals.length; index += 1) {
    const pointAt = index * etaMs + boundMs - etaMs;
    const at = freshAt[index] as number;
    if (at > pointAt) ledger.suspect(pointAt);
    if (at < pointAt + etaMs) ledger.trust(Math.max(at, pointAt));
  }
}

/** When the first of each heartbeat and all later ones arrives. */
function firstOfRest(arrivals: Float64Array): Float64Array {
  const first = Float64Array.from(arrivals);
  for (let index = first.length - 2; index >= 0; index -= 1) {
    first[index] = Math.min(first[index] as number, first[index + 1] as number);
  }
  return first;
}
