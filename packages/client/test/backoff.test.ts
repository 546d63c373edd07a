import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffMs } from '../src/backoff.ts';

const DEFAULTS = { baseMs: 3_000, capMs: 30_000 };

/** Evenly spread numbers in [0, 1). */
function spread(count: number): number[] {
  return Array.from({ length: count }, (_, index) => (index + 0.5) / count);
}

describe('backoffMs', () => {
  it.each([
    { attempt: 1, ceiling: 3_000 },
    { attempt: 2, ceiling: 6_000 },
    { attempt: 3, ceiling: 12_000 },
    { attempt: 4, ceiling: 24_000 },
    { attempt: 5, ceiling: 30_000 },
    { attempt: 6, ceiling: 30_000 },
    { attempt: 1e9, ceiling: 30_000 },
    { attempt: Number.MAX_SAFE_INTEGER, ceiling: 30_000 },
  ])('is uniform below $ceiling ms before attempt $attempt', ({ attempt, ceiling }) => {
    expect(backoffMs(DEFAULTS, attempt, () => 0.5)).toBe(ceiling / 2);
    expect(backoffMs(DEFAULTS, attempt, () => 1 - 2 ** -53)).toBe(ceiling);
    expect(backoffMs(DEFAULTS, attempt, () => 0)).toBe(10);
  });

  it('has its jitter inside the cap: at the cap, 10000 clients fall evenly into 10 parts of it', () => {
    const delays = spread(10_000).map((random) => backoffMs(DEFAULTS, 20, () => random));
    const parts = Array.from(
      { length: 10 },
      (_, part) => delays.filter((delay) => delay > part * 3_000 && delay <= (part + 1) * 3_000).length,
    );
    expect(parts).toEqual(Array.from({ length: 10 }, () => 1_000));
  });

  it('spreads a fleet of 10000 that was cut at once: at most 3.4 % of it comes back in any 100 ms', () => {
    const delays = spread(10_000).map((random) => backoffMs(DEFAULTS, 1, () => random));
    for (let from = 0; from < 3_000; from += 100) {
      const share = delays.filter((delay) => delay > from && delay <= from + 100).length / 10_000;
      expect(share).toBeLessThanOrEqual(0.034);
    }
  });

  it('L13: is a whole number from 10 to the cap for every config, attempt and random number', () => {
    const ms = fc.integer({ min: 1, max: 1_000 * 365 * 24 * 3_600_000 });
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    void fc.assert(
      fc.property(ms, ms, fc.integer({ min: 1 }), random, (a, b, attempt, number) => {
        const config = { baseMs: Math.min(a, b), capMs: Math.max(a, b) };
        const delay = backoffMs(config, attempt, () => number);
        expect(Number.isSafeInteger(delay)).toBe(true);
        expect(delay).toBeGreaterThanOrEqual(10);
        expect(delay).toBeLessThanOrEqual(Math.max(10, config.capMs));
      }),
    );
  });
});
