/** A bounded queue with asynchronous readers: the events of an iterator, for a consumer that may be slow to take them. */

import { SystoleError } from '../words/errors.ts';

/** Events as they come: for `for await`, or taken by hand. */
export interface EventIterator<Event> {
  /** The next event, or that none can come any more. Rejects with `ERR_ABORTED` or `ERR_EVENTS_OVERFLOW`. */
  next(): Promise<IteratorResult<Event, undefined>>;
  /** Stops listening, and drops what was not taken. `for await` does it when it is left. */
  return(): Promise<IteratorResult<Event, undefined>>;
  [Symbol.asyncIterator](): this;
}

/** Events that may wait to be read. */
const MAX_UNREAD_EVENTS = 1_024;

/** See the head of the file. Who reads it is told once why it stops, and then that nothing comes any more. */
export class Feed<Item> implements EventIterator<Item> {
  #unread: Item[] = [];
  #readers: { resolve: (result: IteratorResult<Item, undefined>) => void; reject: (error: Error) => void }[] = [];
  #error: Error | undefined;
  #stopped = false;
  /** Called once, when nobody reads it any more or nothing comes any more. */
  onStop: () => void = () => {};

  push(item: Item): void {
    // The event under way had begun to be told when we stopped.
    if (this.#stopped) return;
    const reader = this.#readers.shift();
    if (reader !== undefined) reader.resolve({ value: item, done: false });
    else if (this.#unread.push(item) > MAX_UNREAD_EVENTS) {
      this.fail(new SystoleError('ERR_EVENTS_OVERFLOW', `more than ${MAX_UNREAD_EVENTS} events wait to be read`));
    }
  }

  fail(error: Error): void {
    if (this.#stopped) return;
    const [first, ...others] = this.#readers.splice(0);
    if (first === undefined) this.#error = error;
    else first.reject(error);
    for (const reader of others) reader.resolve({ value: undefined, done: true });
    this.#stop();
  }

  finish(): void {
    if (this.#stopped) return;
    for (const reader of this.#readers.splice(0)) reader.resolve({ value: undefined, done: true });
    this.#stop();
  }

  #stop(): void {
    this.#stopped = true;
    this.onStop();
  }

  next(): Promise<IteratorResult<Item, undefined>> {
    const item = this.#unread.shift();
    if (item !== undefined) return Promise.resolve({ value: item, done: false });
    if (this.#error !== undefined) {
      const error = this.#error;
      this.#error = undefined;
      return Promise.reject(error);
    }
    if (this.#stopped) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve, reject) => this.#readers.push({ resolve, reject }));
  }

  return(): Promise<IteratorResult<Item, undefined>> {
    this.#unread = [];
    this.finish();
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
