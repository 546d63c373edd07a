/** One direction: frames on their way in order, each with the units for which it has travelled. Lists are numbered; what becomes of one is computed once. */

import { Numbers } from '../numbers.ts';
import type { Frame } from './words.ts';

interface Travelling {
  readonly frame: Frame;
  readonly age: number;
}

/** Nothing is on its way. */
export const EMPTY = 0;
/** Nothing arrives any more: the direction is cut, or nobody is there to read. */
export const CUT = 1;

/** See the head of the file. No frame is older than the longest delay: then it has arrived, read or not. */
export class Wire {
  readonly #delay: number;
  readonly #lists = new Numbers<readonly Travelling[] | 'cut'>((list) =>
    list === 'cut' ? list : list.map(({ frame, age }) => frame + age).join(),
  );

  constructor(delay: number) {
    this.#delay = delay;
    this.#lists.of([]);
    this.#lists.of('cut');
  }

  /** The frame that can be read next. */
  head(number: number): Frame | undefined {
    return this.#at(number)[0]?.frame;
  }

  /** Whether that frame has arrived for certain. */
  isOverdue(number: number): boolean {
    return this.#at(number)[0]?.age === this.#delay;
  }

  /** What is on its way when the head has been read. */
  rest(number: number): number {
    return this.#lists.of(this.#at(number).slice(1));
  }

  put(number: number, frames: readonly Frame[]): number {
    if (number === CUT || frames.length === 0) return number;
    return this.#lists.of([...this.#at(number), ...frames.map((frame) => ({ frame, age: 0 }))]);
  }

  /** A unit of time passes. */
  pass(number: number): number {
    if (number === CUT || number === EMPTY) return number;
    return this.#lists.of(this.#at(number).map(({ frame, age }) => ({ frame, age: Math.min(age + 1, this.#delay) })));
  }

  #at(number: number): readonly Travelling[] {
    const list = this.#lists.at(number);
    return list === 'cut' ? [] : list;
  }
}
