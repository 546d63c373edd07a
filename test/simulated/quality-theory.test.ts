// `npm run simulate -- qos` measures a detector first whose quality is known: the theory, and that a wrong harness is found out.

import { describe, expect, it } from 'vitest';
import { compareWithTheory, MODEL } from '../../bench/simulate/acceptance.ts';
import { Ledger } from '../../bench/simulate/ledger.ts';
import { qualityOf, runNfds } from '../../bench/simulate/nfds.ts';
import { runQos } from '../../bench/simulate/qos.ts';
import { ratioOf } from '../../bench/simulate/ratio.ts';

const HEARTBEATS = 200_000;

describe('NFD-S in closed form', () => {
  it.each([
    [1_050, 11.07, 0.125, 1.13e-2],
    [1_100, 60.6, 0.566, 9.34e-3],
    [1_500, 101.0, 0.53, 5.25e-3],
    [2_000, 101.0, 0.03, 2.98e-4],
    [2_050, 1_107, 0.125, 1.13e-4],
    [2_100, 6_059, 0.566, 9.34e-5],
    [2_500, 10_101, 0.53, 5.25e-5],
    [3_000, 10_101, 0.03, 2.98e-6],
  ])(
    'with T_D of %d ms at most is what another program computed: a mistake each %d s, of %d s',
    (boundMs, ...known) => {
      const { recurrenceMs, durationMs, inaccuracy } = qualityOf(MODEL, boundMs);
      const [recurrence, duration, share] = known;
      expect(recurrenceMs / 1_000 / recurrence).toBeCloseTo(1, 2);
      expect(durationMs / 1_000).toBeCloseTo(duration, 3);
      expect(inaccuracy / share).toBeCloseTo(1, 2);
    },
  );

  it('keeps its three figures consistent: 1 - P_A = E(T_M) / E(T_MR)', () => {
    const { recurrenceMs, durationMs, inaccuracy } = qualityOf(MODEL, 1_730);
    expect(durationMs / recurrenceMs).toBeCloseTo(inaccuracy, 12);
  });
});

describe('NFD-S over arrivals', () => {
  it('suspects from 1500 to 2300 ms if heartbeat 1 is lost and heartbeat 2 arrives at 2300 ms', () => {
    const ledger = new Ledger(1, 10_000);
    runNfds(MODEL, 1_500, Float64Array.of(20, Number.POSITIVE_INFINITY, 2_300, 3_010), ledger);
    expect(ledger).toMatchObject({ mistakes: 1, mistakenMs: 800, accuracy: 0.92 });
  });

  it('makes 1 mistake, not 2, of 2 heartbeats lost in a row', () => {
    const ledger = new Ledger(1, 10_000);
    const lost = Number.POSITIVE_INFINITY;
    runNfds(MODEL, 1_500, Float64Array.of(20, lost, lost, 3_010), ledger);
    expect(ledger).toMatchObject({ mistakes: 1, mistakenMs: 1_510 });
  });
});

/** Ends each mistake 10 ms late. */
class LateLedger extends Ledger {
  override trust(at: number): void {
    super.trust(at + 10);
  }
}

/** Overlooks one suspicion in ten. */
class DrowsyLedger extends Ledger {
  #count = 0;

  override suspect(at: number): void {
    this.#count += 1;
    if (this.#count % 10 !== 0) super.suspect(at);
  }
}

/** Takes each mistake for two. */
class DoubleLedger extends Ledger {
  override trust(at: number): void {
    const middle = at - 1e-3;
    if (this.isSuspecting) {
      super.trust(middle);
      super.suspect(middle);
    }
    super.trust(at);
  }
}

describe('The harness', () => {
  it.each([1, 2, 3, 4, 5])('comes within 3 sigma of the theory in each of 12 figures: seed %d', (seed) => {
    const comparisons = compareWithTheory(seed, HEARTBEATS);
    expect(comparisons).toHaveLength(12);
    expect(comparisons.filter(({ holds }) => !holds)).toEqual([]);
  });

  it.each([
    ['ends each mistake 10 ms late', LateLedger],
    ['overlooks one mistake in ten', DrowsyLedger],
    ['takes each mistake for two', DoubleLedger],
  ])('is found out when its ledger %s', (_what, Planted) => {
    const comparisons = compareWithTheory(1, HEARTBEATS, (batches, batchMs) => new Planted(batches, batchMs));
    expect(comparisons.some(({ holds }) => !holds)).toBe(true);
  });

  it('fails and prints 0 figures of its own when it is found out', () => {
    const plant: typeof compareWithTheory = (seed) =>
      compareWithTheory(seed, HEARTBEATS, (batches, batchMs) => new LateLedger(batches, batchMs));
    const { passed, text, results } = runQos({ days: 1_000_000, seed: 1 }, plant);
    expect(passed).toBe(false);
    expect(text).toContain('FAILS');
    expect(text).not.toContain('Systole');
    expect(results).not.toHaveProperty('scenarios');
  });

  it('takes its sigma from batches: 2, 4 and 6 events in 3 s are 4 a second, by 2 / sqrt(3)', () => {
    const { value, sigma } = ratioOf([2, 4, 6], [1, 1, 1]);
    expect(value).toBe(4);
    expect(sigma).toBeCloseTo(2 / Math.sqrt(3), 12);
  });
});
