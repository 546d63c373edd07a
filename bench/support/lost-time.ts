/** Time that a process wanted, and that the machine gave to others. */

import { performance } from 'node:perf_hooks';
import process from 'node:process';

const SAMPLE_MS = 10;

/**
 * Looks every {@link SAMPLE_MS} at two clocks, the wall's and the processor's. Where a look is late, and the process has
 * not used the time in between, it did not block itself: it was not let run.
 */
export class LostTime {
  #at = performance.now();
  #usedMs = usedMs();
  #longestMs = 0;

  constructor() {
    setInterval(() => this.#look(), SAMPLE_MS).unref();
  }

  /** The longest such time so far. */
  get longestMs(): number {
    return this.#longestMs;
  }

  #look(): void {
    const at = performance.now();
    const used = usedMs();
    this.#longestMs = Math.max(this.#longestMs, at - this.#at - (used - this.#usedMs) - SAMPLE_MS);
    this.#at = at;
    this.#usedMs = used;
  }
}

/** Processor time of this process so far. */
export function usedMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
