// The fleet that `npm run simulate -- --sessions 1000000` runs: a few sessions of it, and what it says of a broken one.

import type { Alarm, Clock } from '@systole/core';
import { SystemClock, type TimeSources } from '@systole/core/node';
import { describe, expect, it } from 'vitest';
import { Fleet, type FleetPlan } from '../../bench/simulate/fleet/fleet.ts';
import { findBreaches, type Observed } from '../../bench/simulate/fleet/verdicts.ts';
import { VirtualLoop } from '../../bench/simulate/fleet/virtual-loop.ts';

const KEEPALIVE = { idleMs: 20_000, intervalMs: 5_000, probes: 3 };
const BOUND_MS = 35_000;
const HOUR_MS = 3_600_000;

/** 500 sessions, of which 5 lose their peers, for an hour. */
function runFleet(changes: Partial<FleetPlan> = {}): Fleet {
  const fleet = new Fleet({ sessions: 500, forMs: HOUR_MS, keepalive: KEEPALIVE, seed: 1, ...changes });
  fleet.open();
  while (fleet.turn());
  return fleet;
}

function breachesOf(changes: Partial<FleetPlan>): string[] {
  return findBreaches(runFleet(changes).observe());
}

/** The real clock, whose alarms are replaced; they are counted from 0. */
function createBroken(breakAlarm: (alarm: Alarm, index: number) => Alarm): (sources: TimeSources) => Clock {
  return (sources) => {
    const clock = new SystemClock(sources);
    let alarms = 0;
    return {
      now: () => clock.now(),
      alarm: (owner, options) => breakAlarm(clock.alarm(owner, options), alarms++),
      afterPoll: (callback) => clock.afterPoll(callback),
      lastStall: undefined,
      onStall: (listener) => clock.onStall(listener),
    };
  };
}

describe('A fleet of 500 sessions, in an hour in which 5 of their peers die', () => {
  it.each([1, 2, 3])('finds all 5 within the bound of 35 s, and judges nobody else: seed %i', (seed) => {
    const fleet = runFleet({ seed });
    const { deaths, found } = fleet.observe();
    expect(findBreaches(fleet.observe())).toEqual([]);
    expect([deaths, found.length]).toEqual([5, 5]);
    for (const { evidenceAt, foundAt } of found) {
      expect(foundAt - evidenceAt).toBeGreaterThan(BOUND_MS - 2_000);
      expect(foundAt - evidenceAt).toBeLessThan(BOUND_MS + 12);
    }
  });

  it('beats each 19.1 s: idle less 5 % on average, and a round trip of 20 to 220 ms', () => {
    // Those who die do so in the middle of the hour, on average; the others go on for the bound behind it.
    const each = (497.5 * (HOUR_MS + BOUND_MS)) / runFleet().heartbeats;
    expect(each).toBeGreaterThan(19_000);
    expect(each).toBeLessThan(19_200);
  });

  it('does the same again for the same seed, and something else for another one', () => {
    const [one, again, other] = [1, 1, 2].map((seed) => runFleet({ seed }).observe());
    expect(again).toEqual(one);
    expect(other).not.toEqual(one);
  });
});

describe('A broken fleet of 500', () => {
  it('whose 8th session never has an alarm set: 1 living peer is not asked', () => {
    const never: Alarm = { set: () => {}, clear: () => {} };
    const createClock = createBroken((alarm, index) => (index === 7 ? never : alarm));
    expect(breachesOf({ createClock })).toEqual(['1 living peers were not asked for longer than idle']);
  });

  it('whose sessions never have an alarm set: no death is found', () => {
    const createClock = createBroken(() => ({ set: () => {}, clear: () => {} }));
    expect(breachesOf({ createClock })).toContain('5 deaths were not found');
  });

  it('whose wheel loses 1 of 1,000 alarms: not all are asked', () => {
    let sets = 0;
    const createClock = createBroken((alarm) => ({
      set: (deadline) => {
        alarm.set(deadline);
        sets += 1;
        if (sets % 1_000 === 0) alarm.clear();
      },
      clear: () => alarm.clear(),
    }));
    expect(breachesOf({ createClock }).join()).toContain('living peers were not asked for longer than idle');
  });

  it('whose wheel is 2.5 s late, more than idle is ever shortened by: 5 deaths are found too late', () => {
    const createClock = createBroken((alarm) => ({
      set: (deadline) => alarm.set(deadline + 2_500),
      clear: () => alarm.clear(),
    }));
    expect(breachesOf({ createClock })).toContain('5 were found more than 12 ms after the bound');
  });

  it('whose wheel is a second early is not even wrong: an owner that is called early looks again', () => {
    const createClock = createBroken((alarm) => ({
      set: (deadline) => alarm.set(deadline - 1_000),
      clear: () => alarm.clear(),
    }));
    expect(breachesOf({ createClock, forMs: 60_000 })).toEqual([]);
  });

  it('whose PONGs take 6 s, an interval and more: living peers are suspected', () => {
    const roundTripMs = (): number => 6_000;
    expect(breachesOf({ roundTripMs }).join()).toMatch(/[\d,]+ living peers were suspected/);
  });

  it('whose PONGs take 20 s, longer than 3 intervals: all living peers are judged', () => {
    const roundTripMs = (): number => 20_000;
    expect(breachesOf({ roundTripMs })).toContain('500 living peers were judged');
  });
});

describe('What a fleet must not do', () => {
  const FAULTLESS: Observed = {
    keepalive: KEEPALIVE,
    startedAt: 0,
    deaths: 1,
    found: [{ diedAt: 110_000, evidenceAt: 100_000, foundAt: 135_000 }],
    suspected: 0,
    forgotten: 0,
    strayPongs: 0,
  };
  const foundAt = (at: number, evidenceAt = 100_000): Partial<Observed> => ({
    found: [{ diedAt: evidenceAt + 10, evidenceAt, foundAt: at }],
  });

  it.each([
    ['find a death at the bound', {}, []],
    ['find it 12 ms after the bound', foundAt(135_012), []],
    ['find it 13 ms after the bound', foundAt(135_013), ['1 were found more than 12 ms after the bound']],
    ['find it 2 s before the bound', foundAt(133_000), []],
    ['find it 2,001 ms before', foundAt(132_999), ['1 were found before the bound less the jitter of idle']],
    ['find it 15 s after the first wait began', foundAt(15_000, 0), []],
    ['find it sooner', foundAt(14_999, 0), ['1 were found before the bound less the jitter of idle']],
    ['find none', { found: [] }, ['1 deaths were not found']],
    ['judge before the death', { found: [{ diedAt: 9, evidenceAt: 0, foundAt: 8 }] }, 2],
    ['take a PONG for a stray one', { strayPongs: 1_000 }, ['1,000 PONGs were taken for stray ones']],
  ] as const)('may or may not: %s', (_what, changes, breaches) => {
    const found = findBreaches({ ...FAULTLESS, ...changes });
    if (typeof breaches === 'number') expect(found).toHaveLength(breaches);
    else expect(found).toEqual(breaches);
  });
});

describe('The virtual loop', () => {
  it('runs a timer, then reads, then runs immediates, in 1 turn at the instant of all 3', () => {
    const loop = new VirtualLoop();
    const start = loop.now;
    const log: string[] = [];
    const receiver = { handleArrival: (number: number, now: number) => log.push(`read ${number} at ${now - start}`) };
    loop.sources.setTimer(() => {
      log.push(`timer at ${loop.now - start}`);
      loop.sources.setImmediate(() => log.push('immediate'));
    }, 20);
    loop.arriveAt(start + 11, receiver, 7);
    loop.arriveAt(start + 20, receiver, 8);
    expect(loop.turn(start + 100)).toBe(true);
    expect(log).toEqual(['timer at 20', 'read 7 at 20', 'read 8 at 20', 'immediate']);
  });

  it('stops at the instant that it is told, and reads nothing that comes after it', () => {
    const loop = new VirtualLoop();
    const start = loop.now;
    const read: number[] = [];
    loop.arriveAt(start + 50, { handleArrival: (number) => read.push(number) }, 7);
    expect([loop.turn(start + 49), loop.now - start, read]).toEqual([false, 49, []]);
    expect([loop.turn(start + 50), loop.now - start, read]).toEqual([true, 50, [7]]);
    expect(loop.turn(start + 60)).toBe(false);
  });

  it('does not run a timer that is closed, and refuses a 2nd one', () => {
    const loop = new VirtualLoop();
    const timer = loop.sources.setTimer(() => expect.fail('it was closed'), 10);
    expect(() => loop.sources.setTimer(() => {}, 10)).toThrow('a clock has set a second timer');
    timer.close();
    expect(loop.turn(loop.now + 100)).toBe(false);
  });
});
