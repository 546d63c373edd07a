/** A heap so large that collecting its garbage takes long: V8 stops a program while it looks for what is alive. */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { sharedNow } from './program.ts';
import { makeRandom } from './random.ts';

/** Points to any other one, so that who follows never finds the next one where he has just looked. */
interface Item {
  readonly other: Item | undefined;
}

const BLOCK_ITEMS = 65_536;

/** By so many the heap grows from try to try. */
const STEP_BLOCKS = 16;

setFlagsFromString('--expose-gc');
/** Of the whole heap, and before it returns. */
const collectGarbage = runInNewContext('gc') as () => void;

export class Ballast {
  readonly #blocks: (readonly Item[])[] = [];
  readonly #random = makeRandom(1);
  #longestMs = 0;

  /** As large as it takes for one collection to last so long; about 100 MB for a second. */
  constructor(atLeastMs: number) {
    // Twice: the machine may have had other things to do the first time.
    do this.#grow();
    while (Math.min(timeCollection(), timeCollection()) < atLeastMs);
  }

  /** The longest collection that was asked for. */
  get longestMs(): number {
    return this.#longestMs;
  }

  /** One collection, and more of them on end until so much time is over. */
  collect(ms: number): void {
    const until = sharedNow() + ms;
    do this.#longestMs = Math.max(this.#longestMs, timeCollection());
    while (sharedNow() < until);
  }

  #grow(): void {
    for (let count = 0; count < STEP_BLOCKS; count += 1) {
      const block: Item[] = [];
      for (let index = 0; index < BLOCK_ITEMS; index += 1) block.push({ other: this.#any() });
      this.#blocks.push(block);
    }
  }

  #any(): Item | undefined {
    const block = this.#blocks[Math.floor(this.#random() * this.#blocks.length)];
    return block?.[Math.floor(this.#random() * BLOCK_ITEMS)];
  }
}

function timeCollection(): number {
  const from = sharedNow();
  collectGarbage();
  return sharedNow() - from;
}
