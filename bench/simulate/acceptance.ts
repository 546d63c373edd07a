/** Before anything that this harness measures is believed: it measures a detector whose quality is known. */

import { Ledger } from './ledger.ts';
import type { Model, Quality } from './nfds.ts';
import { drawArrivals, qualityOf, runNfds } from './nfds.ts';
import { streamOf } from './random.ts';
import type { Ratio } from './ratio.ts';
import { ratioOf } from './ratio.ts';

/** A heartbeat a second, 1 % lost, delays of 20 ms on average. */
export const MODEL: Model = { etaMs: 1_000, loss: 0.01, meanDelayMs: 20 };

/**
 * Bounds of the detection time: with one and with two heartbeats that may save it, tight and wide. Beyond them mistakes are
 * so rare that a run of seconds does not tell how sure it is.
 */
const BOUNDS_MS: readonly number[] = [1_050, 1_100, 1_500, 2_050];

const BATCHES = 100;
const MAX_SIGMAS = 3;

/** One figure, in closed form and measured. */
export interface Comparison {
  readonly boundMs: number;
  readonly figure: keyof Quality;
  readonly exact: number;
  readonly measured: Ratio;
  /** How far apart they are, in standard errors of the measurement. */
  readonly sigmas: number;
  readonly holds: boolean;
}

/** Measures over so many heartbeats. `createLedger` is what keeps the books in all simulations. */
export function compareWithTheory(
  seed: number,
  heartbeats: number,
  createLedger = (batches: number, batchMs: number): Ledger => new Ledger(batches, batchMs),
): Comparison[] {
  const batchMs = (heartbeats * MODEL.etaMs) / BATCHES;
  const arrivals = drawArrivals(MODEL, heartbeats, streamOf(seed, 'acceptance'));
  return BOUNDS_MS.flatMap((boundMs) => {
    const ledger = createLedger(BATCHES, batchMs);
    runNfds(MODEL, boundMs, arrivals, ledger);
    const mistakes = ledger.batches.map((batch) => batch.mistakes);
    const mistaken = ledger.batches.map((batch) => batch.mistakenMs);
    const time = ledger.batches.map(() => batchMs);
    const exact = qualityOf(MODEL, boundMs);
    return [
      compare(boundMs, 'recurrenceMs', exact, ratioOf(time, mistakes)),
      compare(boundMs, 'durationMs', exact, ratioOf(mistaken, mistakes)),
      compare(boundMs, 'inaccuracy', exact, ratioOf(mistaken, time)),
    ];
  });
}

function compare(boundMs: number, figure: keyof Quality, quality: Quality, measured: Ratio): Comparison {
  const exact = quality[figure];
  const sigmas = (measured.value - exact) / measured.sigma;
  return { boundMs, figure, exact, measured, sigmas, holds: Math.abs(sigmas) <= MAX_SIGMAS };
}
