/** A queue that can be looked into: first in, first out, and taking one off the front moves nothing else. */

/** Slots that have become free before they are given back. */
const SLACK = 32;

/** See the head of the file. */
export class Fifo<Item> implements Iterable<Item> {
  #slots: (Item | undefined)[] = [];
  #head = 0;

  get size(): number {
    return this.#slots.length - this.#head;
  }

  push(item: Item): void {
    this.#slots.push(item);
  }

  /** The item that so many others are in front of. */
  at(index: number): Item | undefined {
    return this.#slots[this.#head + index];
  }

  shift(): Item | undefined {
    const item = this.#slots[this.#head];
    if (item === undefined) return undefined;
    this.#slots[this.#head] = undefined;
    this.#head += 1;
    if (this.#head >= SLACK && this.#head * 2 >= this.#slots.length) {
      this.#slots = this.#slots.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  /** Where it is, or -1; looked for from `from` on. */
  indexOf(item: Item, from = 0): number {
    const index = this.#slots.indexOf(item, this.#head + from);
    return index < 0 ? index : index - this.#head;
  }

  removeAt(index: number): void {
    this.#slots.splice(this.#head + index, 1);
  }

  /** Empties it. */
  takeAll(): Item[] {
    const items = [...this];
    this.#slots = [];
    this.#head = 0;
    return items;
  }

  *[Symbol.iterator](): Iterator<Item> {
    for (let i = this.#head; i < this.#slots.length; i += 1) yield this.#slots[i] as Item;
  }
}
