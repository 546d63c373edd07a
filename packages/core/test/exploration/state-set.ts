/** Millions of states of the world, each once, in the order in which they were found. A hash table in typed arrays. */

import type { State } from './explorable.ts';

/** A state, and the number of the one it was reached from. */
const FIELDS = 5;

/** See the head of the file. */
export class StateSet {
  #size = 0;
  #fields = new Int32Array(FIELDS * 4_096);
  /** Numbers of states plus 1, by hash; 0 is free. A power of two, at most half full. */
  #slots = new Int32Array(8_192);

  get size(): number {
    return this.#size;
  }

  at(index: number): State {
    const from = index * FIELDS;
    const fields = this.#fields;
    return [fields[from], fields[from + 1], fields[from + 2], fields[from + 3]] as State;
  }

  /** The state that it was reached from; -1 for the first. */
  parent(index: number): number {
    return this.#fields[index * FIELDS + 4] as number;
  }

  /** False if it is known. */
  add(state: State, parent: number): boolean {
    const slot = this.#slotOf(state);
    if (this.#slots[slot] !== 0) return false;
    if ((this.#size + 1) * FIELDS > this.#fields.length) {
      const larger = new Int32Array(this.#fields.length * 2);
      larger.set(this.#fields);
      this.#fields = larger;
    }
    this.#fields.set(state, this.#size * FIELDS);
    this.#fields[this.#size * FIELDS + 4] = parent;
    this.#size += 1;
    this.#slots[slot] = this.#size;
    if (this.#size * 2 > this.#slots.length) this.#rehash();
    return true;
  }

  #slotOf(state: State): number {
    const mask = this.#slots.length - 1;
    let slot = hashOf(state) & mask;
    for (let taken = this.#slots[slot] as number; taken !== 0; taken = this.#slots[slot] as number) {
      if (this.#isAt(taken - 1, state)) return slot;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #isAt(index: number, [client, server, toServer, toClient]: State): boolean {
    const from = index * FIELDS;
    const fields = this.#fields;
    return (
      fields[from] === client &&
      fields[from + 1] === server &&
      fields[from + 2] === toServer &&
      fields[from + 3] === toClient
    );
  }

  #rehash(): void {
    this.#slots = new Int32Array(this.#slots.length * 2);
    for (let index = 0; index < this.#size; index += 1) this.#slots[this.#slotOf(this.at(index))] = index + 1;
  }
}

/** FNV-1a over the four numbers, mixed once more for the low bits. */
function hashOf(state: State): number {
  let hash = 0x811c9dc5;
  for (const number of state) hash = Math.imul(hash ^ number, 0x01000193) ^ (hash >>> 15);
  return (hash ^ (hash >>> 16)) >>> 0;
}
