/** Lists of frames that are on their way, numbered, and what becomes of them. */

import { Numbers } from './numbers.ts';

/** The number of the empty list. */
export const NO_FRAMES = 0;

/** See the head of the file. What becomes of a list is computed once, too. */
export class Channels {
  readonly #lists = new Numbers<readonly number[]>((list) => list.join());
  readonly #rests: (number | undefined)[] = [];
  readonly #joined: Map<number, number>[] = [];

  constructor() {
    this.#lists.of([]);
  }

  of(frames: readonly number[]): number {
    return this.#lists.of(frames);
  }

  /** The frame that arrives next. */
  head(list: number): number | undefined {
    return this.#lists.at(list)[0];
  }

  /** What is on its way when the head has arrived. */
  rest(list: number): number {
    this.#rests[list] ??= this.of(this.#lists.at(list).slice(1));
    return this.#rests[list];
  }

  /** One list behind the other. */
  join(list: number, behind: number): number {
    if (behind === NO_FRAMES) return list;
    if (list === NO_FRAMES) return behind;
    this.#joined[list] ??= new Map();
    const known = this.#joined[list].get(behind);
    if (known !== undefined) return known;
    const joined = this.of([...this.#lists.at(list), ...this.#lists.at(behind)]);
    this.#joined[list].set(behind, joined);
    return joined;
  }
}
