/** Round-trip time from heartbeats (L7). */

/** What is known of the round trip, in milliseconds. */
export interface Rtt {
  /** The newest sample. */
  readonly latestMs: number;
  /** SRTT of RFC 6298: follows changes in about eight samples. */
  readonly smoothedMs: number;
  /** RTTVAR of RFC 6298: the mean deviation. */
  readonly variationMs: number;
  /** The least sample on this connection. */
  readonly minMs: number;
  /** Interarrival jitter of RFC 3550, 6.4.1: the smoothed difference of consecutive samples. */
  readonly jitterMs: number;
}

/** How many numbers an estimate takes where it lies among others. */
export const RTT_NUMBERS = 5;

/** The first of them, before the first sample. */
const NO_SAMPLE: number = Number.NEGATIVE_INFINITY;

/** The estimate that lies in `numbers` from `start` on; undefined before the first sample. */
export function readRtt(numbers: readonly number[], start: number): Rtt | undefined {
  const latestMs = numbers[start] as number;
  if (latestMs === NO_SAMPLE) return undefined;
  return {
    latestMs,
    smoothedMs: numbers[start + 1] as number,
    variationMs: numbers[start + 2] as number,
    minMs: numbers[start + 3] as number,
    jitterMs: numbers[start + 4] as number,
  };
}

/**
 * Takes one more sample: RFC 6298, 2 (alpha 1/8, beta 1/4). The first sample starts the estimate, if the number at `start` is
 * -Infinity. In place: each heartbeat has a sample, and no object is made of it before somebody asks.
 */
export function sampleRtt(numbers: number[], start: number, ms: number): void {
  const latestMs = numbers[start] as number;
  if (latestMs === NO_SAMPLE) return begin(numbers, start, ms);
  const smoothedMs = numbers[start + 1] as number;
  const variationMs = numbers[start + 2] as number;
  const jitterMs = numbers[start + 4] as number;
  numbers[start] = ms;
  numbers[start + 1] = smoothedMs + (ms - smoothedMs) / 8;
  numbers[start + 2] = variationMs + (Math.abs(ms - smoothedMs) - variationMs) / 4;
  numbers[start + 3] = Math.min(numbers[start + 3] as number, ms);
  numbers[start + 4] = jitterMs + (Math.abs(ms - latestMs) - jitterMs) / 16;
}

function begin(numbers: number[], start: number, ms: number): void {
  numbers[start] = ms;
  numbers[start + 1] = ms;
  numbers[start + 2] = ms / 2;
  numbers[start + 3] = ms;
  numbers[start + 4] = 0;
}
