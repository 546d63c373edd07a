/** How long to wait before the next attempt. Pure. */

/** How a client comes back; resolved. */
export interface BackoffConfig {
  /** The ceiling of the first delay; it doubles with each attempt. */
  readonly baseMs: number;
  /** The highest ceiling. */
  readonly capMs: number;
}

/** Lowest delay: a fleet must never come back at one instant, nor a client spin. */
const MIN_DELAY_MS = 10;

/**
 * The delay before attempt `attempt`, which counts from 1: full jitter, uniform between nearly nothing and a ceiling that
 * doubles, with the jitter inside the cap (AWS Architecture Blog, "Exponential Backoff and Jitter"). A cap that is applied after
 * the jitter makes all clients wait exactly the cap.
 */
export function backoffMs({ baseMs, capMs }: BackoffConfig, attempt: number, random: () => number): number {
  const ceilingMs = Math.min(capMs, baseMs * 2 ** Math.min(attempt - 1, 64));
  return Math.max(MIN_DELAY_MS, Math.ceil(ceilingMs * random()));
}
