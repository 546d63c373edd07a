/** What happens next, among things whose time may still change. */

import type { Instant } from '@systole/core';

/** What an {@link EventQueue} holds. The fields belong to the queue while it does. */
export interface Queued {
  at: Instant;
  /** Tells which is first of two at the same instant. */
  order: number;
  /** The place in the queue; -1 outside of it. */
  position: number;
}

/** A binary heap whose items know their places, so that any of them can be moved or taken out. */
export class EventQueue<T extends Queued> {
  readonly #items: T[] = [];

  get size(): number {
    return this.#items.length;
  }

  get first(): T | undefined {
    return this.#items[0];
  }

  /** All items, in no particular order. */
  values(): Iterable<T> {
    return this.#items.values();
  }

  /** Puts an item in, or to its new place after `at` or `order` has changed. */
  put(item: T): void {
    if (item.position < 0) {
      item.position = this.#items.length;
      this.#items.push(item);
    }
    this.#rise(item);
    this.#sink(item);
  }

  /** Takes an item out, if it is in. */
  remove(item: T): void {
    if (item.position < 0) return;
    const last = this.#items.pop();
    if (last !== undefined && last !== item) {
      this.#place(last, item.position);
      this.put(last);
    }
    item.position = -1;
  }

  /** Takes out what is due, the earliest first. */
  takeDue(now: Instant): T[] {
    const due: T[] = [];
    for (let item = this.first; item !== undefined && item.at <= now; item = this.first) {
      this.remove(item);
      due.push(item);
    }
    return due;
  }

  #rise(item: T): void {
    while (item.position > 0) {
      const parent = this.#items[(item.position - 1) >> 1];
      if (parent === undefined || !isBefore(item, parent)) return;
      this.#swap(item, parent);
    }
  }

  #sink(item: T): void {
    for (;;) {
      const left = this.#items[2 * item.position + 1];
      const right = this.#items[2 * item.position + 2];
      const child = left !== undefined && right !== undefined && isBefore(right, left) ? right : left;
      if (child === undefined || !isBefore(child, item)) return;
      this.#swap(item, child);
    }
  }

  #swap(one: T, other: T): void {
    const { position } = one;
    this.#place(one, other.position);
    this.#place(other, position);
  }

  #place(item: T, position: number): void {
    this.#items[position] = item;
    item.position = position;
  }
}

function isBefore(one: Queued, other: Queued): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}
