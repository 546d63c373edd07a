/** Mistakes of a failure detector, in the words of Chen, Toueg and Aguilera (2002): their times, and what follows from them. */

import type { Instant } from '@systole/core';

/** What happened in one batch of time. A mistake belongs to the batch in which it began. */
export interface Batch {
  readonly mistakes: number;
  readonly mistakenMs: number;
}

/** See the head of the file. It is told of suspicions while the peer lives, so each of them is a mistake. */
export class Ledger {
  readonly #batchMs: number;
  readonly #batches: { mistakes: number; mistakenMs: number }[];
  #suspectedAt: Instant | undefined;

  /** For times from 0 on, in so many batches of this length. */
  constructor(batches: number, batchMs: number) {
    this.#batchMs = batchMs;
    this.#batches = Array.from({ length: batches }, () => ({ mistakes: 0, mistakenMs: 0 }));
  }

  get isSuspecting(): boolean {
    return this.#suspectedAt !== undefined;
  }

  /** The detector begins to suspect. If it does already, nothing changes. */
  suspect(at: Instant): void {
    if (this.#suspectedAt !== undefined) return;
    this.#suspectedAt = at;
    this.#batchOf(at).mistakes += 1;
  }

  /** The detector trusts. If it does already, nothing changes. */
  trust(at: Instant): void {
    if (this.#suspectedAt === undefined) return;
    this.#batchOf(this.#suspectedAt).mistakenMs += at - this.#suspectedAt;
    this.#suspectedAt = undefined;
  }

  get batches(): readonly Batch[] {
    return this.#batches;
  }

  /** All time. */
  get totalMs(): number {
    return this.#batches.length * this.#batchMs;
  }

  get mistakes(): number {
    return this.#batches.reduce((sum, { mistakes }) => sum + mistakes, 0);
  }

  get mistakenMs(): number {
    return this.#batches.reduce((sum, { mistakenMs }) => sum + mistakenMs, 0);
  }

  /** E(T_M): how long a mistake lasts; NaN of none. */
  get durationMs(): number {
    return this.mistakenMs / this.mistakes;
  }

  /** P_A, the query accuracy probability: the share of time in which asking gives the right answer. */
  get accuracy(): number {
    return 1 - this.mistakenMs / this.totalMs;
  }

  /** What began after the last batch counts for the last. */
  #batchOf(at: Instant): { mistakes: number; mistakenMs: number } {
    const index = Math.min(Math.max(0, Math.floor(at / this.#batchMs)), this.#batches.length - 1);
    return this.#batches[index] as { mistakes: number; mistakenMs: number };
  }
}
