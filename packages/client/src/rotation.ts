/** Which of the server's addresses is tried next, and when it may be. */

import type { Instant } from '@systole/core';
import type { Target } from './target.ts';

interface Entry {
  readonly target: Target;
  /** The server there has asked not to be disturbed before. */
  notBefore: Instant;
}

/**
 * Goes round the addresses. An attempt tries all that may be tried, one after another, beginning behind the one that
 * was tried or lost last.
 */
export class Rotation {
  readonly #entries: readonly Entry[];
  #at = 0;
  /** How many the attempt under way may still try. */
  #left = 0;

  constructor(targets: readonly Target[]) {
    this.#entries = targets.map((target) => ({ target, notBefore: Number.NEGATIVE_INFINITY }));
  }

  /** A new attempt begins. */
  begin(): void {
    this.#left = this.#entries.length;
  }

  /** The next address of the attempt; undefined if it has tried all. */
  next(now: Instant): Target | undefined {
    while (this.#left > 0) {
      const entry = this.#entries[this.#at];
      this.#at = (this.#at + 1) % this.#entries.length;
      this.#left -= 1;
      if (entry !== undefined && entry.notBefore <= now) return entry.target;
    }
    return undefined;
  }

  /** The server at this address has said when it may be tried again. */
  postpone(target: Target, until: Instant): void {
    for (const entry of this.#entries) if (entry.target === target) entry.notBefore = until;
  }

  /** When the first of them may be tried. */
  get earliestAt(): Instant {
    return Math.min(...this.#entries.map(({ notBefore }) => notBefore));
  }
}
