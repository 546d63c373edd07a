/** What a run leaves to chance: the same for the same seed and the same number of the run. */

import { makeRandom } from '../support/random.ts';

/** Where encodings and limits change: one less and one more of these is where bugs are. */
const INTERESTING: readonly number[] = [
  0,
  1,
  2,
  63,
  64,
  127,
  128,
  255,
  256,
  1_023,
  1_024,
  16_383,
  16_384,
  65_535,
  65_536,
  2 ** 30 - 1,
  2 ** 30,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 32,
  Number.MAX_SAFE_INTEGER - 1,
  Number.MAX_SAFE_INTEGER,
];

/** See the head of the file. */
export class Chance {
  readonly #random: () => number;

  constructor(seed: number, run = 0) {
    this.#random = makeRandom(Math.imul(seed, 0x9e37_79b1) ^ Math.imul(run + 1, 0x85eb_ca6b));
  }

  /** A whole number from 0 to `count` - 1. */
  below(count: number): number {
    return Math.floor(this.#random() * count);
  }

  /** A whole number from `first` to `last`. */
  between(first: number, last: number): number {
    return first + this.below(last - first + 1);
  }

  /** True once in `count` times. */
  oneIn(count: number): boolean {
    return this.below(count) === 0;
  }

  /** True once in `deviation` times; never with 0. */
  strays(deviation: number): boolean {
    return deviation > 0 && this.oneIn(deviation);
  }

  /** One of them; there must be one. */
  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item;
  }

  byte(): number {
    return this.below(256);
  }

  /** A number at which something changes. */
  interesting(): number {
    return this.pick(INTERESTING);
  }

  /** The right number, mostly; once in `deviation` times one beside it, or an interesting one. Never so with 0. */
  nearly(right: number, deviation: number): number {
    if (!this.strays(deviation)) return right;
    switch (this.below(4)) {
      case 0:
        return right + 1;
      case 1:
        return Math.max(right - 1, 0);
      case 2:
        return this.below(8);
      default:
        return this.interesting();
    }
  }
}
