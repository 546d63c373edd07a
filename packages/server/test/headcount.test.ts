// The count beside a plain list that does the same in the simplest way.

import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Seat } from '../src/headcount.ts';
import { Headcount } from '../src/headcount.ts';

const KEYS = ['10.0.0.1', '10.0.0.2', '2001:db8:0:0::/64'] as const;

interface Taken {
  readonly key: string;
  readonly seat: Seat;
  state: 'arrival' | 'session' | 'gone';
}

type Step = (count: Headcount, all: Taken[]) => void;

const entered: fc.Arbitrary<Step> = fc.constantFrom(...KEYS).map((key) => {
  return (count, all) => void all.push({ key, seat: count.enter(key), state: 'arrival' });
});

const settled: fc.Arbitrary<Step> = fc.nat(20).map((index) => {
  return (_count, all) => {
    const taken = all[index];
    taken?.seat.settle();
    if (taken?.state === 'arrival') taken.state = 'session';
  };
});

const left: fc.Arbitrary<Step> = fc.nat(20).map((index) => {
  return (_count, all) => {
    const taken = all[index];
    taken?.seat.leave();
    if (taken !== undefined) taken.state = 'gone';
  };
});

const steps = fc.array(fc.oneof(entered, settled, left), { maxLength: 60, size: 'max' });

it('Headcount is exact after each of 60 steps, whatever is told twice, and empty when all have left', () => {
  const property = fc.property(steps, (history) => {
    const count = new Headcount();
    const all: Taken[] = [];
    for (const step of history) {
      step(count, all);
      const here = all.filter(({ state }) => state !== 'gone');
      expect(count.size).toBe(new Set(here.map(({ key }) => key)).size);
      for (const key of KEYS) {
        const arrivals = here.filter((taken) => taken.key === key && taken.state === 'arrival');
        expect(count.arrivals(key)).toBe(arrivals.length);
      }
      for (const { key, seat } of here) expect(seat.neighbours).toBe(here.filter((taken) => taken.key === key).length);
    }
    for (const { seat } of all) seat.leave();
    expect(count.size).toBe(0);
  });
  void fc.assert(property, { numRuns: 300 });
});
