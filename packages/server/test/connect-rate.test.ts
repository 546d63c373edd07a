import { ManualClock } from '@systole/testing';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConnectRate } from '../src/connect-rate.ts';

const MINUTE_MS = 60_000;

/** Takes so many, and gives the waits that were told. */
function takeMany(rate: ConnectRate, count: number, now: number): number[] {
  return Array.from({ length: count }, () => rate.take('ann', now));
}

describe('ConnectRate', () => {
  it('lets 600 connections of an identity in at once, and makes the 601st wait; another identity is not held up', () => {
    const clock = new ManualClock();
    const rate = new ConnectRate(600);
    expect(takeMany(rate, 600, clock.now())).toEqual(Array(600).fill(0));
    // 600 in this minute: one of them is left behind 100 ms into the next.
    expect(rate.take('ann', clock.now())).toBe(60_100);
    expect(rate.take('eve', clock.now())).toBe(0);
    clock.advance(60_099);
    expect(rate.take('ann', clock.now())).toBe(1);
    clock.advance(1);
    expect(rate.take('ann', clock.now())).toBe(0);
    expect(rate.take('ann', clock.now())).toBe(100);
  });

  it('lets 594 a minute in, one each 101 ms, for an hour', () => {
    const clock = new ManualClock();
    const rate = new ConnectRate(600);
    const waits: number[] = [];
    for (let count = 0; count < 35_640; count += 1) {
      waits.push(rate.take('ann', clock.now()));
      clock.advance(101);
    }
    expect(waits.filter((ms) => ms > 0)).toEqual([]);
  });

  it('lets no 1,200 in at the border of 2 minutes', () => {
    const rate = new ConnectRate(600);
    rate.take('eve', 0); // the window begins
    takeMany(rate, 600, 59_999);
    expect(takeMany(rate, 600, 60_000).filter((ms) => ms === 0)).toEqual([]);
    expect(takeMany(rate, 600, 90_000).filter((ms) => ms === 0).length).toBe(300);
  });

  it('tells types apart: 1 is not the text 1', () => {
    const rate = new ConnectRate(1);
    expect([rate.take(1, 0), rate.take('1', 0), rate.take(1n, 0)]).toEqual([0, 0, 0]);
    expect(rate.take(1, 0)).toBe(120_000);
  });

  it('remembers 2 times 1,000 identities at most, and forgets the older ones first', () => {
    const rate = new ConnectRate(1, 1_000);
    for (let identity = 0; identity < 10_000; identity += 1) {
      expect(rate.take(identity, 0)).toBe(0);
      expect(rate.size).toBeLessThanOrEqual(2_000);
    }
    expect(rate.take(9_999, 0)).toBeGreaterThan(0);
    expect(rate.take(0, 0)).toBe(0);
  });

  it('remembers nobody of 2 minutes ago, once somebody comes', () => {
    const rate = new ConnectRate(600);
    for (let identity = 0; identity < 1_000; identity += 1) rate.take(identity, 0);
    rate.take('ann', 119_999);
    expect(rate.size).toBe(1_001);
    rate.take('ann', 240_000);
    expect(rate.size).toBe(1);
  });

  it('lets in whoever waits as told, for any limit and any times; no wait is above 120,000 ms, nor a fraction', () => {
    const gaps = fc.array(fc.double({ min: 0, max: 150_000, noNaN: true }), { minLength: 1, maxLength: 60 });
    const property = fc.property(fc.integer({ min: 1, max: 20 }), gaps, (limit, times) => {
      const rate = new ConnectRate(limit);
      let now = 0;
      for (const gap of times) {
        now += gap % (gap < 75_000 ? 500 : MINUTE_MS * 3);
        const waitMs = rate.take('ann', now);
        expect(Number.isInteger(waitMs) && waitMs >= 0 && waitMs <= 120_000).toBe(true);
        if (waitMs === 0) continue;
        now = Math.floor(now) + waitMs;
        expect(rate.take('ann', now)).toBe(0);
      }
    });
    void fc.assert(property, { numRuns: 200 });
  });

  it('never lets more than 600 in within a window that begins when it begins to count, whatever the pace', () => {
    const property = fc.property(fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 2_000 }), (gaps) => {
      const rate = new ConnectRate(600);
      let now = 0;
      let admitted = 0;
      for (const gap of gaps) {
        now += gap;
        if (now >= MINUTE_MS) break;
        if (rate.take('ann', now) === 0) admitted += 1;
      }
      expect(admitted).toBeLessThanOrEqual(600);
    });
    void fc.assert(property, { numRuns: 50 });
  });

  it('holds for a clock that runs backwards: nobody waits above 120,000 ms', () => {
    const rate = new ConnectRate(1);
    expect(rate.take('ann', 1_000_000)).toBe(0);
    expect(rate.take('ann', -1_000_000)).toBe(120_000);
    expect(rate.take('ann', 1_120_000)).toBe(0);
  });
});
