// Which faults happen depends on the seed, and on nothing else.

import { describe, expect, it } from 'vitest';
import type { Fault } from './plan.ts';
import { planFaults, TRIPLE } from './plan.ts';

const BOUND_MS = TRIPLE.idle + TRIPLE.interval * TRIPLE.probes;

const lastingOf = (faults: readonly Fault[]): readonly string[] =>
  faults.flatMap((fault) => ('ms' in fault ? [`${fault.kind} ${fault.ms < BOUND_MS ? 'below' : 'above'}`] : []));

describe('a plan of faults', () => {
  it('is the same for the same seed, and another for another', () => {
    const options = { messages: 10_000, faults: 60 };
    expect(planFaults({ ...options, seed: 7 })).toEqual(planFaults({ ...options, seed: 7 }));
    expect(planFaults({ ...options, seed: 7 })).not.toEqual(planFaults({ ...options, seed: 8 }));
  });

  it('has all 8 kinds among 12 faults, and those that last both below and above the bound of 750 ms', () => {
    const faults = planFaults({ messages: 3_000, faults: 12, seed: 1 }).map(({ fault }) => fault);
    expect(new Set(faults.map(({ kind }) => kind))).toHaveLength(8);
    expect(lastingOf(faults).toSorted()).toEqual([
      'blackhole above',
      'blackhole below',
      'block above',
      'block below',
      'freeze above',
      'freeze below',
    ]);
  });

  it('has each of its 60 moments behind the one before, and all among the messages', () => {
    const moments = planFaults({ messages: 10_000, faults: 60, seed: 3 }).map(({ at }) => at);
    expect(moments).toEqual(moments.toSorted((a, b) => a - b));
    expect(Math.min(...moments)).toBeGreaterThan(0);
    expect(Math.max(...moments)).toBeLessThan(10_000);
  });
});
