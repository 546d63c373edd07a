/** How fast bytes may leave: a slow line takes its time for each lot of them. */

import type { Instant } from '@systole/core';

/** What a line can carry. */
export interface Pace {
  /** The most bytes that leave at once. */
  readonly lotBytes: number;
  readonly msPerByte: number;
  /** How much time that a late timer has lost may be made up for. */
  readonly catchUpMs: number;
}

/** Time that a lot stands for: short enough to look like a stream, long enough for a timer of 10 ms. */
const LOT_MS = 20;

/** So many bytes a second, evenly. A late timer is made up for, so that the rate holds. */
export function throttle(bytesPerSecond: number): Pace {
  const lotBytes = Math.max(1, Math.floor((bytesPerSecond * LOT_MS) / 1_000));
  return { lotBytes, msPerByte: 1_000 / bytesPerSecond, catchUpMs: 5 * LOT_MS };
}

/** One byte at a time, never closer to each other than this. */
export function drip(everyMs: number): Pace {
  return { lotBytes: 1, msPerByte: everyMs, catchUpMs: 0 };
}

/** One line of a {@link Pace}: N bytes take N x msPerByte, counted from when they came or the line was free. */
export class Pacer {
  readonly #pace: Pace;
  #freeAt: Instant = Number.NEGATIVE_INFINITY;
  #departure: { readonly at: Instant; readonly bytes: number } | undefined;

  constructor(pace: Pace) {
    this.#pace = pace;
  }

  /** The next lot of `bytes` that have been here since `since`: how many leave together, and when. The same until {@link depart}. */
  next(bytes: number, since: Instant, now: Instant): { readonly at: Instant; readonly bytes: number } {
    const { lotBytes, msPerByte, catchUpMs } = this.#pace;
    if (this.#departure === undefined) {
      const lot = Math.min(bytes, lotBytes);
      const from = Math.max(this.#freeAt, since, now - catchUpMs);
      this.#departure = { at: from + lot * msPerByte, bytes: lot };
    }
    return this.#departure;
  }

  /** The lot has left. */
  depart(): void {
    this.#freeAt = this.#departure?.at ?? this.#freeAt;
    this.#departure = undefined;
  }
}
