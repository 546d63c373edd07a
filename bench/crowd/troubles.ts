/** What should not happen to anybody in a crowd whose peers are all alive, counted by its name. */

import { subscribe } from 'node:diagnostics_channel';
import type { Cause } from '@systole/core';
import { CHANNELS } from '@systole/core/node';

/** How often each has happened, such as `disconnect: silent`. */
export type Troubles = Readonly<Record<string, number>>;

/** Counts for the whole process, so that no session needs a listener for it. */
export class TroubleCount {
  readonly #counts = new Map<string, number>();

  constructor() {
    for (const event of ['dead', 'disconnect', 'rejected'] as const) {
      subscribe(CHANNELS[event], (message) => this.add(`${event}: ${(message as { readonly cause: Cause }).cause}`));
    }
  }

  add(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  get troubles(): Troubles {
    return Object.fromEntries(this.#counts);
  }
}

/** Of several processes together. */
export function addUp(all: readonly Troubles[]): Troubles {
  const sums: Record<string, number> = {};
  for (const [name, times] of all.flatMap((troubles) => Object.entries(troubles))) {
    sums[name] = (sums[name] ?? 0) + times;
  }
  return sums;
}
