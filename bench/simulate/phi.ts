/** Akka's phi accrual failure detector (Hayashibara et al. 2004), as its documents and its code describe it. */

import type { Instant } from '@systole/core';
import type { Detector } from './heartbeats.ts';

/** Akka's options, with their names there. */
export interface PhiOptions {
  readonly threshold: number;
  readonly acceptableHeartbeatPauseMs: number;
  readonly minStdDeviationMs: number;
  readonly maxSampleSize: number;
  /** What the first interval is taken to be; its deviation is a quarter of it. */
  readonly firstHeartbeatEstimateMs: number;
}

/** Akka's own, for its cluster. */
export const AKKA: PhiOptions = {
  threshold: 8,
  acceptableHeartbeatPauseMs: 3_000,
  minStdDeviationMs: 100,
  maxSampleSize: 1_000,
  firstHeartbeatEstimateMs: 1_000,
};

/** How sure it is that no heartbeat will come, `deviations` after the mean: -log10 of the chance that one does, by a logistic approximation. */
export function phiAt(deviations: number): number {
  const e = Math.exp(-deviations * (1.5976 + 0.070566 * deviations * deviations));
  return deviations > 0 ? -Math.log10(e / (1 + e)) : -Math.log10(1 - 1 / (1 + e));
}

/** Where phi is that high: it only grows. By bisection. */
export function deviationsAt(phi: number): number {
  let low = 0;
  let high = 20;
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2;
    if (phiAt(middle) < phi) low = middle;
    else high = middle;
  }
  return high;
}

/** See the head of the file. Intervals are whole milliseconds, so that the sums stay exact. */
export class PhiAccrual implements Detector {
  readonly #options: PhiOptions;
  readonly #deviations: number;
  readonly #intervals: number[] = [];
  /** The place of the oldest, once the window is full. */
  #oldest = 0;
  #sum = 0;
  #squares = 0;
  #lastAt: Instant | undefined;
  #expiresAt: Instant = Number.POSITIVE_INFINITY;

  constructor(options: PhiOptions = AKKA) {
    this.#options = options;
    this.#deviations = deviationsAt(options.threshold);
    const { firstHeartbeatEstimateMs: mean } = options;
    this.#learn(mean - mean / 4);
    this.#learn(mean + mean / 4);
  }

  handleHeartbeat(now: Instant): Instant {
    // An interval that ended in suspicion is not learned: an outage is no sample of the rhythm.
    if (this.#lastAt !== undefined && now < this.#expiresAt) this.#learn(Math.round(now - this.#lastAt));
    this.#lastAt = now;
    const mean = this.#sum / this.#intervals.length;
    const variance = Math.max(0, this.#squares / this.#intervals.length - mean * mean);
    const deviation = Math.max(Math.sqrt(variance), this.#options.minStdDeviationMs);
    this.#expiresAt = now + mean + this.#options.acceptableHeartbeatPauseMs + this.#deviations * deviation;
    return this.#expiresAt;
  }

  #learn(intervalMs: number): void {
    const { maxSampleSize } = this.#options;
    if (this.#intervals.length === maxSampleSize) {
      const forgotten = this.#intervals[this.#oldest] as number;
      this.#sum -= forgotten;
      this.#squares -= forgotten * forgotten;
      this.#intervals[this.#oldest] = intervalMs;
      this.#oldest = (this.#oldest + 1) % maxSampleSize;
    } else {
      this.#intervals.push(intervalMs);
    }
    this.#sum += intervalMs;
    this.#squares += intervalMs * intervalMs;
  }
}
