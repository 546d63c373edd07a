/** Which number is the smallest, when numbers come and go. */

/** A binary heap of numbers. */
export class MinHeap {
  #items: number[] = [];

  get size(): number {
    return this.#items.length;
  }

  /** The smallest number; undefined if there is none. */
  get min(): number | undefined {
    return this.#items[0];
  }

  push(value: number): void {
    const items = this.#items;
    let hole = items.length;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      const above = items[parent];
      if (above === undefined || above <= value) break;
      items[hole] = above;
      hole = parent;
    }
    items[hole] = value;
  }

  /** Takes the smallest number out. */
  pop(): number | undefined {
    const min = this.#items[0];
    const last = this.#items.pop();
    if (last !== undefined && this.#items.length > 0) this.#sink(last);
    return min;
  }

  /** Holds these numbers, and no others. */
  replace(values: Iterable<number>): void {
    this.#items = [...values].sort((a, b) => a - b); // what is sorted is a heap
  }

  /** Finds the place of `value`, beginning with a hole at the top. */
  #sink(value: number): void {
    const items = this.#items;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      const left = items[child];
      if (left === undefined) break;
      const right = items[child + 1];
      if (right !== undefined && right < left) child += 1;
      const below = items[child];
      if (below === undefined || below >= value) break;
      items[hole] = below;
      hole = child;
    }
    items[hole] = value;
  }
}
