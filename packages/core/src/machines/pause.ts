/** A time in which we ourselves do not read: nobody's silence, up to `pausedTimeout` (L5). */

import type { Instant } from '../words/clock.ts';

/** The pauses of one connection, of which one at a time is under way. */
export class Pause {
  readonly #timeoutMs: number;
  /** When the one under way began. */
  #from: Instant | undefined;
  /** How much longer the verdict may be frozen in this silence. */
  #leftMs: number;
  #endedAt: Instant = Number.NEGATIVE_INFINITY;

  /** `timeoutMs`: for how long all pauses of one silence may freeze the verdict. */
  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
    this.#leftMs = timeoutMs;
  }

  get isUnderWay(): boolean {
    return this.#from !== undefined;
  }

  /** Until then the verdict stands still; undefined while we read. */
  get frozenUntil(): Instant | undefined {
    return this.#from === undefined ? undefined : this.#from + this.#leftMs;
  }

  /** When we last read again, or counted as if we did: no probe before it, although idle may be over. */
  get endedAt(): Instant {
    return this.#endedAt;
  }

  /** We have stopped reading. False if it freezes nothing: the pauses of this silence, which is the one since `evidenceAt`, have had their time. */
  begin(now: Instant, evidenceAt: Instant): boolean {
    if (evidenceAt >= this.#endedAt) this.#leftMs = this.#timeoutMs;
    if (this.#leftMs <= 0) return false;
    this.#from = now;
    return true;
  }

  /** We read again. Returns for how long the verdict was frozen. */
  end(now: Instant): number {
    if (this.#from === undefined) return 0;
    const frozenMs = Math.min(now - this.#from, this.#leftMs);
    this.#endedAt = this.#from + frozenMs;
    this.#leftMs -= frozenMs;
    this.#from = undefined;
    return frozenMs;
  }
}
