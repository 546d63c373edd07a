/** Ratios of sums over batches, with their standard error: by batch means, as neighbouring events are not independent. */

/** A ratio, and how sure it is. */
export interface Ratio {
  readonly value: number;
  /** NaN of fewer than two batches. */
  readonly sigma: number;
}

/** Sum of `numerators` over sum of `denominators`, batch by batch; sigma by the delta method. */
export function ratioOf(numerators: readonly number[], denominators: readonly number[]): Ratio {
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
  const count = numerators.length;
  const total = sum(denominators);
  const value = sum(numerators) / total;
  const squares = numerators.map((number, index) => (number - value * (denominators[index] ?? 0)) ** 2);
  return { value, sigma: Math.sqrt((count / (count - 1)) * sum(squares)) / total };
}
