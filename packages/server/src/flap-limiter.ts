/** How often a session may change its connection: a token bucket. */

import type { Instant } from '@systole/core';

/**
 * A client that comes back again and again may do so: a train passes ten tunnels in a row. Two processes that fight for
 * one session have spent it after ten rounds.
 */
const BURST = 10;

/** A connection that lasts for 5 s is a good one by the default `minUptime` of clients: whoever has only good ones is never held up. */
const REFILL_MS = 5_000;

const FULL_MS = BURST * REFILL_MS;

/**
 * One for each session that is resumed or taken over. Where two processes have one identity and one session, each
 * connection of the one ends that of the other, who comes back at once; this slows them down to one change each 5 s.
 */
export class FlapLimiter {
  /** When the bucket is full again, in whole milliseconds, so that sums are exact: who waits as told is let in. */
  #fullAt: Instant = Number.NEGATIVE_INFINITY;

  /**
   * Takes a token, and returns 0; or after how many whole milliseconds there is one again, at most 5,000. Holds for every
   * clock: what one that runs backwards would add to the wait is forgotten.
   */
  take(now: Instant): number {
    const at = Math.floor(now);
    const missingMs = this.#fullAt > at ? Math.min(this.#fullAt - at, FULL_MS) : 0;
    const waitMs = Math.max(0, missingMs + REFILL_MS - FULL_MS);
    this.#fullAt = at + missingMs + (waitMs === 0 ? REFILL_MS : 0);
    return waitMs;
  }
}
