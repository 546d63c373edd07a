/** A cap on how often something is done: an attack that takes the whole processor shows nothing but that. */

import { setTimeout as sleep } from 'node:timers/promises';

/** See the head of the file. */
export class Pacer {
  readonly #everyMs: number;
  #nextAt = 0;

  constructor(perSecond: number) {
    this.#everyMs = 1_000 / perSecond;
  }

  /** Resolves when it is the caller's turn. Rejects with an AbortError when the signal comes first. */
  async turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const now = performance.now();
    const at = Math.max(now, this.#nextAt);
    this.#nextAt = at + this.#everyMs;
    if (at > now) await sleep(at - now, undefined, { signal });
  }
}
