/** Times in which something is so, such as an outage: apart by chance, and as long as they please. */

import type { Instant } from '@systole/core';
import type { Random } from './random.ts';
import { exponential } from './random.ts';

/** From `from` on, up to before `to`. */
export interface Span {
  readonly from: Instant;
  readonly to: Instant;
}

/** See the head of the file. They are drawn as they are looked at, and looking twice finds the same. */
export class Spans {
  readonly #random: Random;
  readonly #gapMs: number;
  readonly #lengthMs: (random: Random) => number;
  readonly #spans: Span[] = [];
  /** The first one that is not over, where time was looked at last. */
  #cursor = 0;

  /** The mean time between them, and a draw of their length. */
  constructor(random: Random, gapMs: number, lengthMs: (random: Random) => number) {
    this.#random = random;
    this.#gapMs = gapMs;
    this.#lengthMs = lengthMs;
  }

  /** The one that is under way. */
  at(time: Instant): Span | undefined {
    const span = this.#firstAfter(time);
    return span.from <= time ? span : undefined;
  }

  /** The newest one that is over. */
  before(time: Instant): Span | undefined {
    this.#firstAfter(time);
    return this.#spans[this.#cursor - 1];
  }

  #firstAfter(time: Instant): Span {
    for (let last = this.#spans[this.#cursor - 1]; last !== undefined && last.to > time; ) {
      this.#cursor -= 1;
      last = this.#spans[this.#cursor - 1];
    }
    for (;;) {
      const span = this.#spans[this.#cursor] ?? this.#draw();
      if (span.to > time) return span;
      this.#cursor += 1;
    }
  }

  #draw(): Span {
    const from = (this.#spans.at(-1)?.to ?? 0) + exponential(this.#random, this.#gapMs);
    const span = { from, to: from + this.#lengthMs(this.#random) };
    this.#spans.push(span);
    return span;
  }
}
