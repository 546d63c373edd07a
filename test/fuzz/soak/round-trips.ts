/** Many round trips in three numbers. */

import type { RoundTrips } from './orders.ts';

/** By nearest rank; NaN of none. */
export function roundTripsOf(samplesMs: readonly number[]): RoundTrips {
  const sorted = [...samplesMs].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}
