/** How sure a difference is. */

/** An estimate, and the interval that holds the true value in 95 of 100 such measurements. */
export interface Interval {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

/** Standard deviations within which 95 % of what is normal lies. */
const SIGMAS = 1.96;

/**
 * Of independent samples that lie to either side of the true value alike, by their ranks alone: the estimate of Hodges and Lehmann, and
 * the interval that goes with Wilcoxon's signed-rank test. So one that the machine has spoilt counts no more than any other.
 * Its ends are infinite of fewer than six.
 */
export function intervalOf(samples: readonly number[]): Interval {
  const count = samples.length;
  const means = samples.flatMap((one, index) => samples.slice(index).map((other) => (one + other) / 2));
  means.sort((a, b) => a - b);
  const deviation = Math.sqrt((count * (count + 1) * (2 * count + 1)) / 24);
  const rank = Math.max(0, Math.floor((count * (count + 1)) / 4 - SIGMAS * deviation));
  return {
    estimate: middle(means),
    low: means[rank - 1] ?? Number.NEGATIVE_INFINITY,
    high: means[means.length - rank] ?? Number.POSITIVE_INFINITY,
  };
}

/** The middle one, or the mean of the two that are: no rank to either side, as differences are to cancel. NaN of none. */
export function middle(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const half = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(half)] ?? Number.NaN) + (sorted[Math.ceil(half)] ?? Number.NaN)) / 2;
}
