import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Rtt } from '../src/rules/rtt.ts';
import { RTT_NUMBERS, readRtt, sampleRtt } from '../src/rules/rtt.ts';
import { holds } from './support/holds.ts';

/** The estimate lies behind 2 other numbers, and before 1. */
const START = 2;

function createNumbers(): number[] {
  return [1, 2, ...Array<number>(RTT_NUMBERS).fill(Number.NEGATIVE_INFINITY), 3];
}

function sampleAll(samples: readonly number[]): Rtt | undefined {
  const numbers = createNumbers();
  for (const ms of samples) sampleRtt(numbers, START, ms);
  return readRtt(numbers, START);
}

describe('sampleRtt', () => {
  it('RFC 6298, 2.2: the first sample R gives SRTT = R and RTTVAR = R / 2', () => {
    expect(sampleAll([100])).toEqual({ latestMs: 100, smoothedMs: 100, variationMs: 50, minMs: 100, jitterMs: 0 });
  });

  it('RFC 6298, 2.3: RTTVAR is updated before SRTT, with beta 1/4 and alpha 1/8', () => {
    // RTTVAR = 3/4 x 50 + 1/4 x |100 - 180| = 57.5; SRTT = 7/8 x 100 + 1/8 x 180 = 110
    // RFC 3550, 6.4.1: J = 0 + (|180 - 100| - 0) / 16 = 5
    expect(sampleAll([100, 180])).toEqual({
      latestMs: 180,
      smoothedMs: 110,
      variationMs: 57.5,
      minMs: 100,
      jitterMs: 5,
    });
    // RTTVAR = 3/4 x 57.5 + 1/4 x |110 - 30| = 63.125; SRTT = 7/8 x 110 + 1/8 x 30 = 100
    // J = 5 + (|30 - 180| - 5) / 16 = 14.0625
    expect(sampleAll([100, 180, 30])).toEqual({
      latestMs: 30,
      smoothedMs: 100,
      variationMs: 63.125,
      minMs: 30,
      jitterMs: 14.0625,
    });
  });

  it('forgets its deviation over equal samples', () => {
    const rtt = sampleAll([80, ...Array.from({ length: 100 }, () => 40)]);
    expect(rtt?.smoothedMs).toBeCloseTo(40, 3);
    expect(rtt?.variationMs).toBeCloseTo(0, 3);
    expect(rtt?.jitterMs).toBeCloseTo(0, 1);
    expect(rtt?.minMs).toBe(40);
  });

  it('knows nothing before the first sample, and touches no number but its 5', () => {
    const numbers = createNumbers();
    expect(readRtt(numbers, START)).toBeUndefined();
    for (const ms of [100, 200]) sampleRtt(numbers, START, ms);
    expect([numbers.slice(0, START), numbers.slice(START + RTT_NUMBERS)]).toEqual([[1, 2], [3]]);
  });

  it('stays between its smallest and its largest sample, and no deviation is negative', () => {
    const samples = fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { minLength: 1 });
    holds(
      fc.property(samples, (list) => {
        const rtt = sampleAll(list) as Rtt;
        const slack = 1e-6 * Math.max(...list);
        expect(rtt.minMs).toBe(Math.min(...list));
        expect(rtt.smoothedMs).toBeGreaterThanOrEqual(Math.min(...list) - slack);
        expect(rtt.smoothedMs).toBeLessThanOrEqual(Math.max(...list) + slack);
        expect(rtt.variationMs).toBeGreaterThanOrEqual(0);
        expect(rtt.jitterMs).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
