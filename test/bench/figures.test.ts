// The arithmetic of bench: medians, ratios to the floor of the same round, and what is above it.

import { describe, expect, it } from 'vitest';
import type { IdleRound, Sample } from '../../bench/idle/standing.ts';
import { standingOf } from '../../bench/idle/standing.ts';
import { targetsOf } from '../../bench/idle/targets.ts';
import { arrivalsOf, describeHistogram } from '../../bench/reconnect/arrivals.ts';
import type { BurstSample } from '../../bench/rivals/duel.ts';
import { requireAll } from '../../bench/rivals/duel.ts';
import { boundOf, heartbeatOf } from '../../bench/rivals/rival.ts';
import { numberBytesOf, numberOf, requireStamp, stamp } from '../../bench/rivals/stamp.ts';
import { Unanswered } from '../../bench/rivals/unanswered.ts';
import { measureRound } from '../../bench/support/rounds.ts';
import { describeSummary, percentile, summarize } from '../../bench/support/statistics.ts';
import { compare } from '../../bench/traffic/comparison.ts';
import { loadsOf } from '../../bench/traffic/load.ts';

describe('samples', () => {
  it('have the nearest rank as their percentile: 2 of 1 to 4 at 0.5, 4 at 0.99, NaN of none', () => {
    expect([0, 0.5, 0.51, 0.99, 1].map((share) => percentile([4, 1, 3, 2], share))).toEqual([1, 2, 3, 4, 4]);
    expect(percentile([], 0.5)).toBeNaN();
  });

  it('are told as their median and both extremes', () => {
    expect(describeSummary(summarize([3, 1, 2]))).toBe('2 (1 to 3)');
    expect(describeSummary(summarize([0.126, 0.1]), 2)).toBe('0.10 (0.10 to 0.13)');
  });
});

describe('a round', () => {
  it('measures each of 3 once, one after the other; another one begins in each of 4 rounds', async () => {
    const orders: string[] = [];
    for (let round = 0; round < 4; round += 1) {
      const order: string[] = [];
      await measureRound(['a', 'b', 'c'], round, async (name) => order.push(name));
      orders.push(order.join(''));
    }
    expect(orders).toEqual(['abc', 'bca', 'cab', 'abc']);
  });
});

describe('traffic', () => {
  const sample = (messagesPerSecond: number, serverMicros: number): BurstSample => {
    return { messages: 1, messagesPerSecond, serverMicros, clientMicros: 1 };
  };

  it('is 3 sizes over 1 connection and over 100, with at most 256 KiB under way on each', () => {
    expect(loadsOf({ connections: 100, depth: 64 })).toEqual([
      { connections: 1, bytes: 32, depth: 64 },
      { connections: 1, bytes: 1_024, depth: 64 },
      { connections: 1, bytes: 65_536, depth: 4 },
      { connections: 100, bytes: 32, depth: 64 },
      { connections: 100, bytes: 1_024, depth: 64 },
      { connections: 100, bytes: 65_536, depth: 4 },
    ]);
  });

  it('is compared with the floor of the same round: the median of 3 ratios is no ratio of medians', () => {
    const load = { connections: 1, bytes: 32, depth: 1 };
    const rounds = [
      { net: sample(100, 10), systole: sample(200, 5) },
      { net: sample(10, 100), systole: sample(40, 20) },
      { net: sample(1_000, 1), systole: sample(3_000, 1) },
    ];
    const { standings } = compare(['net', 'systole'], load, rounds);
    expect(standings['systole']).toMatchObject({
      messagesPerSecond: { median: 200, min: 40, max: 3_000 },
      rateOfFloor: { median: 3, min: 2, max: 4 },
      cpuOfFloor: { median: 0.5, min: 0.2, max: 1 },
    });
    expect(standings['net']).toMatchObject({ rateOfFloor: { median: 1, min: 1, max: 1 } });
  });

  it('refuses a message of another number, and one of which the end is missing', () => {
    const message = new Uint8Array(32);
    stamp(message, 0x1234567);
    expect(() => requireStamp(message, 0x1234567)).not.toThrow();
    expect(numberOf(numberBytesOf(message))).toBe(0x1234567);
    stamp(message, 7);
    expect(() => requireStamp(message, 8)).toThrow('message 7 to 7 of 32 bytes came, where 8 was the next one');
    expect(() => requireStamp(message.subarray(0, 24), 7)).toThrow('message 7 to 0 of 24 bytes');
  });

  it('refuses 1 message that was answered and not handled, and 1 that was handled twice', () => {
    const before = { messages: 10, bytes: 320 };
    const after = (messages: number) => ({ messages, bytes: messages * 32 });
    expect(() => requireAll(5, 32, before, after(15))).not.toThrow();
    expect(() => requireAll(5, 32, before, after(14))).toThrow('handled 4 messages of 128 bytes');
    expect(() => requireAll(5, 32, before, after(16))).toThrow('handled 6 messages of 192 bytes');
    expect(() => requireAll(5, 32, before, { ...after(15), bytes: 479 })).toThrow('159 bytes');
  });

  it('refuses an acknowledgement that nobody waits for, as a second one', async () => {
    const unanswered = new Unanswered();
    const answer = unanswered.wait(1);
    unanswered.acknowledge(1);
    await answer;
    expect(() => unanswered.acknowledge(1)).toThrow('an acknowledgement of 1, which nobody waits for');
  });
});

describe('idle connections', () => {
  const sample = (cpuMs: number, more: Partial<Sample> = {}): Sample => {
    return { beats: 1_000, beatsDue: 1_000, lost: 0, cpuMs, maxLoopDelayMs: 5, heap: 1_000, rss: 2_000, ...more };
  };
  const round = (systole: Sample, byHand: Sample): IdleRound => ({
    'net, unwatched': sample(10, { beats: 0, beatsDue: 0 }),
    'net, a timer each': byHand,
    ws: sample(30),
    'engine.io': sample(60),
    systole,
  });

  it('cost what is above the floor of the same round, for 1,000 heartbeats that came', () => {
    const rounds = [round(sample(20, { beats: 500 }), sample(50))];
    const { cpu, cpuOfByHand } = standingOf('systole', rounds);
    expect({ cpu, cpuOfByHand }).toEqual({
      cpu: { median: 20, min: 20, max: 20 },
      cpuOfByHand: { median: 0.5, min: 0.5, max: 0.5 },
    });
    expect(standingOf('net, unwatched', rounds).cpu).toBeUndefined();
  });

  it('have 5 targets of speed and memory at 10,000, 1 at 1,000, and 2 promises at any number', () => {
    const rounds = [round(sample(20), sample(50))];
    const kindsAt = (connections: number): boolean[] =>
      targetsOf(connections, rounds).map(({ isPromise }) => isPromise);
    expect(kindsAt(10_000)).toEqual([false, false, false, false, false, true, true]);
    expect(kindsAt(1_000)).toEqual([false, true, true]);
    expect(kindsAt(20)).toEqual([true, true]);
  });

  it('miss by memory: 1,001 B of heap above bare sockets, 1,001 B of RSS above timers by hand', () => {
    const [, , , heap, rss] = targetsOf(10_000, [round(sample(20, { heap: 2_001, rss: 3_001 }), sample(50))]);
    expect([heap, rss]).toMatchObject([
      { figure: 1_001, holds: false },
      { figure: 1_001, holds: false },
    ]);
  });

  it('break a promise if 51 of 1,000 heartbeats did not come, or 1 connection did not last', () => {
    const lossy = round(sample(20), sample(50, { beats: 949, lost: 1 }));
    expect(targetsOf(20, [round(sample(20), sample(50)), lossy])).toMatchObject([
      { figure: 0.949, holds: false },
      { figure: 1, holds: false },
    ]);
  });

  it('are watched with a bound of 2 heartbeats: 750 ms for 1,500', () => {
    expect([boundOf(750), heartbeatOf(1_500)]).toEqual([1_500, 750]);
  });
});

describe('a fleet that comes back', () => {
  const backAt = (...times: readonly number[]) =>
    times.map((at) => ({ dueAt: 1_000 + at, at: 1_005 + at, isResumed: at > 300 }));
  const since = { killedAt: 1_000, listensAt: 1_020 };

  it('is counted in slots of 100 ms in which attempts were due, the fullest as a share of all 5; times are those of being back', () => {
    const arrivals = arrivalsOf(backAt(50, 210, 220, 299, 401), 5, since);
    expect(arrivals).toMatchObject({ back: 5, resumed: 1, slots: [1, 0, 3, 0, 1], maxSlotShare: 0.6, listensAt: 20 });
    expect(arrivals).toMatchObject({ half: 225, p95: 406, last: 406 });
  });

  it('has no time at which all are back, if 1 of 5 never is', () => {
    expect(arrivalsOf(backAt(50, 210, 220, 299), 5, since)).toMatchObject({ back: 4, half: 225, p95: NaN, last: NaN });
    expect(arrivalsOf([], 5, since)).toMatchObject({ back: 0, maxSlotShare: 0, half: NaN });
  });

  it('is drawn with a bar for each second', () => {
    const arrivals = arrivalsOf(backAt(50, 210, 1_400, 3_000), 4, since);
    expect(describeHistogram('fleet', arrivals, 4)).toEqual([
      'fleet',
      `    0 s      2 ${'#'.repeat(40)}`,
      `    1 s      1 ${'#'.repeat(20)}`,
      '    2 s      0',
      `    3 s      1 ${'#'.repeat(20)}`,
    ]);
  });
});
