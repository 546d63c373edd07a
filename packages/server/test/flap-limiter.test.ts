import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FlapLimiter } from '../src/flap-limiter.ts';

/** Empties a limiter at `now`. */
function emptied(now: number): FlapLimiter {
  const limiter = new FlapLimiter();
  for (let taken = 0; taken < 10; taken += 1) expect(limiter.take(now)).toBe(0);
  return limiter;
}

describe('FlapLimiter', () => {
  it('lets 10 pass at once, and asks the eleventh to come back after 5,000 ms, on a clock that stands still', () => {
    const limiter = emptied(700);
    expect([limiter.take(700), limiter.take(700)]).toEqual([5_000, 5_000]);
  });

  it('counts the wait down to the next token, and a refusal costs nothing', () => {
    const limiter = emptied(0);
    expect([1, 2_500, 4_999, 5_000, 5_000].map((now) => limiter.take(now))).toEqual([4_999, 2_500, 1, 0, 5_000]);
  });

  it('lets one pass each 5,000 ms for ever, and slows one each 2,500 ms down after 19', () => {
    const slow = emptied(0);
    for (let now = 5_000; now <= 5_000_000; now += 5_000) expect(slow.take(now)).toBe(0);
    const fast = new FlapLimiter();
    const waits = Array.from({ length: 20 }, (_, index) => fast.take(index * 2_500));
    expect(waits).toEqual([...Array<number>(19).fill(0), 2_500]);
  });

  it('holds no more than 10 after a year of rest', () => {
    const limiter = emptied(0);
    const year = 365 * 24 * 3_600_000;
    for (let taken = 0; taken < 10; taken += 1) expect(limiter.take(year)).toBe(0);
    expect(limiter.take(year)).toBe(5_000);
  });

  it('L13: asks nobody to wait for more than 5,000 ms because the clock ran back by a year', () => {
    const limiter = emptied(365 * 24 * 3_600_000);
    expect(limiter.take(0)).toBe(5_000);
    expect(limiter.take(5_000)).toBe(0);
  });

  it('lets in who waits as told: at any instants, 0 or a whole number up to 5,000', () => {
    const steps = fc.array(fc.nat(20_000_000), { minLength: 20, maxLength: 100 });
    const property = fc.property(fc.double({ min: 0, max: 1e12, noNaN: true }), steps, (start, waits) => {
      const limiter = new FlapLimiter();
      let now = start;
      for (const wait of waits) {
        now += wait / 10_007; // up to 2 s, and hardly ever a whole number
        const waitMs = limiter.take(now);
        expect(Number.isInteger(waitMs) && waitMs >= 0 && waitMs <= 5_000).toBe(true);
        if (waitMs === 0) continue;
        now += waitMs;
        expect(limiter.take(now)).toBe(0);
      }
    });
    void fc.assert(property);
  });

  it('L13: holds for every number: after any 20 of them, the 11th at one instant has to wait, and is let in then', () => {
    const odd = fc.constantFrom(
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      Number.MAX_VALUE,
      2 ** 53,
    );
    const property = fc.property(
      fc.array(fc.oneof(odd, fc.double()), { maxLength: 20, size: 'max' }),
      fc.nat(1e9),
      (instants, now) => {
        const limiter = new FlapLimiter();
        for (const instant of instants) {
          const waitMs = limiter.take(instant);
          expect(Number.isInteger(waitMs) && waitMs >= 0 && waitMs <= 5_000).toBe(true);
        }
        for (let taken = 0; taken < 10; taken += 1) limiter.take(now);
        const waitMs = limiter.take(now);
        expect(waitMs).toBeGreaterThan(0);
        expect(limiter.take(now + waitMs)).toBe(0);
      },
    );
    void fc.assert(property);
  });
});
