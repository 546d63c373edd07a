/** How often each identity connects: a sliding minute, in memory that is bounded. */

import type { Instant } from '@systole/core';
import type { IdentityKey } from './identity-key.ts';

const WINDOW_MS = 60_000;

/**
 * Identities that are counted in one window, as many as a server has connections by default. Two windows then take 4 MB, beside the
 * identities themselves. Should more come, the window ends early: they are remembered for a shorter time, and nobody is
 * counted who has not come.
 */
const MAX_COUNTED = 65_536;

type Counts = Map<IdentityKey, number>;

/**
 * Two windows and no timer: an identity has come as often as in this window, and a share of how often it came in the one before,
 * as large as what of that the last minute still covers. So nobody gets twice the limit at the border of two windows,
 * and no more is kept of an identity than two numbers, for two minutes.
 */
export class ConnectRate {
  readonly #limit: number;
  readonly #maxCounted: number;
  #startedAt: Instant = Number.NEGATIVE_INFINITY;
  #counts: Counts = new Map();
  #before: Counts = new Map();

  /** `limit` is for one identity and a minute. */
  constructor(limit: number, maxCounted: number = MAX_COUNTED) {
    this.#limit = limit;
    this.#maxCounted = maxCounted;
  }

  /** Identities that it remembers. */
  get size(): number {
    return this.#counts.size + this.#before.size;
  }

  /**
   * Counts a connection and returns 0; or, over the limit, counts nothing and returns after how many whole milliseconds there is
   * room for one, at most 120,000. Holds for every clock: one that runs backwards stands still.
   */
  take(key: IdentityKey, now: Instant): number {
    const at = Math.floor(now);
    this.#turn(at);
    const count = this.#counts.get(key) ?? 0;
    const before = this.#before.get(key) ?? 0;
    const waitMs = this.#waitMs(count, before, Math.max(0, at - this.#startedAt));
    if (waitMs === 0) this.#counts.set(key, count + 1);
    return waitMs;
  }

  /** Begins another window where this one is over, or full. */
  #turn(now: Instant): void {
    const elapsedMs = now - this.#startedAt;
    if (elapsedMs < WINDOW_MS && this.#counts.size < this.#maxCounted) return;
    this.#before = elapsedMs < 2 * WINDOW_MS ? this.#counts : new Map();
    this.#counts = new Map();
    // The share of the window before is reckoned from its end on.
    this.#startedAt = elapsedMs < WINDOW_MS || elapsedMs >= 2 * WINDOW_MS ? now : this.#startedAt + WINDOW_MS;
  }

  /** When there is room for one more, as the minute leaves more and more of what has come behind. In whole milliseconds, so that sums are exact. */
  #waitMs(count: number, before: number, elapsedMs: number): number {
    const others = this.#limit - 1;
    if (count > others) return WINDOW_MS - elapsedMs + shrinkMs(count, others);
    return Math.max(0, shrinkMs(before, others - count) - elapsedMs);
  }
}

/** After how long, of so many in one window, so few are left in the minute. */
function shrinkMs(count: number, left: number): number {
  return count <= left ? 0 : WINDOW_MS - Math.floor((left * WINDOW_MS) / count);
}
