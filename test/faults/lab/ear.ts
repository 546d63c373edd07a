/** What is heard on one connection, and for how long nothing is. */

/** The longest times of a connection so far. */
export interface Longest {
  readonly silenceMs: number;
  /** When the probe left that had to wait longest for its answer; NaN if none left. */
  readonly askedAt: number;
  readonly unansweredMs: number;
}

export class Ear {
  #heardAt: number | undefined;
  /** The first probe of the silence under way. */
  #askedAt: number | undefined;
  #longest: Longest = { silenceMs: 0, askedAt: Number.NaN, unansweredMs: 0 };

  /** Bytes have come. */
  hear(at: number): void {
    this.#longest = this.longestUntil(at);
    this.#heardAt = at;
    this.#askedAt = undefined;
  }

  /** A probe has left. */
  ask(at: number): void {
    this.#askedAt ??= at;
  }

  /** Those that last until then included. */
  longestUntil(at: number): Longest {
    const silenceMs = Math.max(this.#longest.silenceMs, at - (this.#heardAt ?? at));
    const unansweredMs = at - (this.#askedAt ?? at);
    if (unansweredMs <= this.#longest.unansweredMs) return { ...this.#longest, silenceMs };
    return { silenceMs, unansweredMs, askedAt: this.#askedAt ?? Number.NaN };
  }
}
