// `npm run bench -- watch`: how sure it is of a cost, what it says of it, and what makes it fail.

import { describe, expect, it } from 'vitest';
import { intervalOf, middle } from '../../bench/support/interval.ts';
import { areKept } from '../../bench/support/targets.ts';
import type { Sample, Trial } from '../../bench/watch/comparison.ts';
import { bareMicrosOf, costOf } from '../../bench/watch/comparison.ts';
import type { ContenderName } from '../../bench/watch/contenders.ts';
import { loadsOf } from '../../bench/watch/load.ts';
import type { Resting } from '../../bench/watch/resting.ts';
import { targetsOf, verdictOf } from '../../bench/watch/targets.ts';
import { bench } from '../support/bench.ts';

/** A machine that is busy with other tests takes its time to start eight processes. */
const LIMIT_MS = 60_000;

describe('an interval', () => {
  it('of 10 differences is that of the signed-rank test: 8 of 55 means are left out on either side', () => {
    const samples = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3, -0.2];
    const means = samples.flatMap((one, index) => samples.slice(index).map((other) => (one + other) / 2));
    means.sort((a, b) => a - b);
    expect(means).toHaveLength(55);
    expect(intervalOf(samples)).toEqual({ estimate: means[27], low: means[7], high: means[47] });
  });

  it('does not move for 1 sample of 20 that is a hundred times as large', () => {
    const samples = Array.from({ length: 20 }, (_, index) => index - 9.5);
    const spoilt = [...samples.slice(0, 19), 950];
    expect(intervalOf(samples).estimate).toBe(0);
    expect(intervalOf(spoilt).estimate).toBeCloseTo(0, 0);
    expect(intervalOf(spoilt).high).toBeLessThan(5);
  });

  it('holds the true value in 95 of 100 measurements, give or take 2, of 1,000', () => {
    let state = 1;
    const random = (): number => {
      state = Math.imul(state, 48_271) % 0x7fffffff;
      return (state >>> 0) / 2 ** 32;
    };
    const draw = (): number => random() + random() + random() - random() - random() - random();
    const held = Array.from({ length: 1_000 }, () => intervalOf(Array.from({ length: 15 }, draw))).filter(
      ({ low, high }) => low <= 0 && high >= 0,
    );
    expect(held.length / 1_000).toBeGreaterThan(0.93);
    expect(held.length / 1_000).toBeLessThan(0.97);
  });

  it('has no end of 5 samples, and one of 6', () => {
    expect(intervalOf([1, 2, 3, 4, 5])).toEqual({ estimate: 3, low: -Infinity, high: Infinity });
    expect(intervalOf([1, 2, 3, 4, 5, 6])).toEqual({ estimate: 3.5, low: 1, high: 6 });
  });

  it('has the mean of both middle ones of 4 as its middle, and NaN of none', () => {
    expect([middle([4, 1, 3, 2]), middle([3, 1, 2]), middle([])]).toEqual([2.5, 2, Number.NaN]);
  });
});

function samples(watchedMs: number, count = 20, lost = 0): Sample[] {
  return Array.from({ length: count }, () => ({ bareMs: 10, watchedMs, chunks: 2_000, lost }));
}

describe('the cost of a watch', () => {
  it('is told in per cent of the bare turns: 10 % of 11 ms beside 10 ms, 10 us a chunk in half of the turns', () => {
    const { estimate, low, high } = costOf(samples(11));
    expect([estimate, low, high].map((percent) => percent.toFixed(6))).toEqual(Array(3).fill('10.000000'));
    expect(bareMicrosOf(samples(11))).toBe(10);
  });

  it('is none where half as much and twice as much come as often', () => {
    expect(costOf([...samples(5), ...samples(20)]).estimate).toBeCloseTo(0, 9);
  });

  it.each([
    [-1, 1, 'not distinguishable from zero, at most 2 %'],
    [0, 2, 'not distinguishable from zero, at most 2 %'],
    [-1, 2.1, 'not distinguishable from zero'],
    [0.1, 2, 'at most 2 %'],
    [0.1, 2.1, 'above zero'],
    [2, 3, 'above zero'],
    [2.1, 3, 'above 2 %'],
    [-3, -1, 'at most 2 %'],
  ])('from %d to %d %% is %s', (low, high, verdict) => {
    expect(verdictOf({ estimate: (low + high) / 2, low, high })).toBe(verdict);
  });
});

describe('what the bench of watches checks', () => {
  const none = { median: 0, min: 0, max: 0 };
  const resting = (probes: number, lost: number): Resting => ({
    micros: none,
    percentOfCore: none,
    tally: { at: 0, cpuMs: 0, probes, lost },
  });
  const [load] = loadsOf(100, 400) as [Trial['load']];
  const isKept = (name: ContenderName, of: readonly Sample[], atRest = resting(0, 0)): boolean =>
    areKept(targetsOf([{ name, load, samples: of }], atRest), false);

  it('fails for a cost of 2.1 % that is certain, and for none of 1.9 %, or of which nothing is certain', () => {
    expect(isKept('idle 20 s', samples(10.21))).toBe(false);
    expect(isKept('idle 20 s', samples(10.19))).toBe(true);
    expect(isKept('idle 20 s', samples(13, 5))).toBe(true);
  });

  it('misses its target of speed for a cost of which nothing is certain', () => {
    const missed = targetsOf([{ name: 'idle 20 s', load, samples: samples(10, 5) }], resting(0, 0)).filter(
      ({ holds }) => !holds,
    );
    expect(missed).toMatchObject([{ figure: Infinity, limit: 2, isPromise: false }]);
  });

  it('does not fail for what the fastest watch costs, nor for what answers do', () => {
    expect(isKept('idle 100 ms', samples(13))).toBe(true);
    expect(isKept('idle 20 s, reply', samples(20))).toBe(true);
  });

  it('fails with 1 watch that was lost, in a turn or at rest, and with 1 probe at rest', () => {
    expect(isKept('idle 100 ms', samples(10, 20, 1))).toBe(false);
    expect(isKept('idle 20 s', samples(10), resting(0, 1))).toBe(false);
    expect(isKept('idle 20 s', samples(10), resting(1, 0))).toBe(false);
  });
});

describe('the bench of watches with tiny numbers', { timeout: LIMIT_MS }, () => {
  it('measures 4 contenders under 3 loads, loses no watch, and prints 12 costs', async () => {
    const flags = '--connections 3 --chunks 6 --rounds 1 --resting 5 --window 200'.split(' ');
    const { code, stdout, stderr } = await bench(LIMIT_MS, 'watch', '--json', ...flags);
    expect(stderr).toBe('');
    const printed = JSON.parse(stdout);
    expect(printed).toMatchObject({ scenario: 'watch', passed: true, resting: { tally: { probes: 0, lost: 0 } } });
    expect(code).toBe(0); // of one sample nothing is certain
    expect(printed.costs).toHaveLength(12);
    for (const { percent } of printed.costs) {
      expect(percent).toEqual({ estimate: expect.any(Number), low: -100, high: null });
    }
    const trials = printed.trials as Trial[];
    for (const { load, samples: taken } of trials) {
      for (const sample of taken) {
        expect(Math.min(sample.bareMs, sample.watchedMs)).toBeGreaterThan(0);
        expect(sample.chunks).toBeGreaterThanOrEqual(8 * load.connections * load.beats);
        expect(sample.lost).toBe(0);
      }
    }
  });

  it('ends with 2 for a window in which probes would be due', async () => {
    const { code, stderr } = await bench(LIMIT_MS, 'watch', '--window', '5000');
    expect(code).toBe(2);
    expect(stderr).toContain('--window must be at most 4500, got 5000');
  });
});
