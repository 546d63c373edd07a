/** Round-trip time from heartbeats (L7). */

/** What is known of the round trip, in milliseconds. */
export interface Rtt {
  readonly latestMs: number;
  /** SRTT of RFC 6298: follows changes in about eight samples. */
  readonly smoothedMs: number;
  /** RTTVAR of RFC 6298: the mean deviation. */
  readonly variationMs: number;
  readonly minMs: number;
  /** Interarrival jitter of RFC 3550, 6.4.1: the smoothed difference of consecutive samples. */
  readonly jitterMs: number;
}

/** The estimate after one more sample: RFC 6298, 2 (alpha 1/8, beta 1/4). The first sample starts it. */
export function sampleRtt(rtt: Rtt | undefined, ms: number): Rtt {
  if (rtt === undefined) {
    return { latestMs: ms, smoothedMs: ms, variationMs: ms / 2, minMs: ms, jitterMs: 0 };
  }
  return {
    latestMs: ms,
    smoothedMs: rtt.smoothedMs + (ms - rtt.smoothedMs) / 8,
    variationMs: rtt.variationMs + (Math.abs(ms - rtt.smoothedMs) - rtt.variationMs) / 4,
    minMs: Math.min(rtt.minMs, ms),
    jitterMs: rtt.jitterMs + (Math.abs(ms - rtt.latestMs) - rtt.jitterMs) / 16,
  };
}
