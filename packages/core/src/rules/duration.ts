/** Durations as people write them. */

/** A duration: a number of milliseconds, or a number with its unit, such as `'20s'`, `'1.5s'`, `'4m'`, `'2h'` or `'250ms'`. */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h'}`;

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** The longest duration that makes sense, and that no sum of a few can push out of exact integers: 1,000 years. */
export const MAX_DURATION_MS: number = 1_000 * 365 * 24 * 3_600_000;

/** The duration in whole milliseconds, rounded up, or undefined if this is not one. Total: never throws, never gives NaN (L13). */
export function parseDuration(value: unknown): number | undefined {
  const ms = typeof value === 'string' ? parseText(value) : value;
  return typeof ms === 'number' && ms >= 0 && ms <= MAX_DURATION_MS ? Math.ceil(ms) : undefined;
}

function parseText(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text);
  const unit = UNIT_MS[match?.[2] ?? ''];
  return unit === undefined ? undefined : Number(match?.[1]) * unit;
}
