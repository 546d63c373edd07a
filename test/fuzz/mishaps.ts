/** What goes wrong behind everybody's back: exceptions and rejections that nobody has caught, and warnings of Node. */

import process from 'node:process';

/** Listens until it is disposed of. */
export class Mishaps implements Disposable {
  readonly #seen: unknown[] = [];
  readonly #keep = (mishap: unknown): void => void this.#seen.push(mishap);

  constructor() {
    for (const name of NAMES) process.on(name, this.#keep);
  }

  /** The first one since it was last asked. */
  take(): { readonly thrown: unknown } | undefined {
    const [first] = this.#seen.splice(0);
    return first === undefined ? undefined : { thrown: first };
  }

  [Symbol.dispose](): void {
    for (const name of NAMES) process.off(name, this.#keep);
  }
}

const NAMES = ['uncaughtException', 'unhandledRejection', 'warning'] as const;
