// The network and the processes of `npm run simulate -- qos`: a channel like TCP's, weather that comes again, and stalls.

import { describe, expect, it } from 'vitest';
import { Channel } from '../../bench/simulate/channel.ts';
import { Path } from '../../bench/simulate/path.ts';
import { Process } from '../../bench/simulate/process.ts';
import { streamOf } from '../../bench/simulate/random.ts';
import { Spans } from '../../bench/simulate/spans.ts';

/** Half of the segments are lost: what is drawn below 0.5. A round trip takes 100 ms, so RTO is 300 ms. */
const HALF_LOST = { delayMs: 50, jitterMs: 0, loss: 0.5 };
const LOST = 0.1;
const PASSES = 0.9;
const NO_JITTER = 0;

/** A channel whose segments have these fates, one after the other; then all pass. */
function scripted(...fates: readonly number[]): Channel {
  const draws = fates.flatMap((fate) => (fate === PASSES ? [PASSES, NO_JITTER] : [fate]));
  return new Channel(new Path(HALF_LOST, 1), 'there', () => draws.shift() ?? PASSES);
}

describe('The channel', () => {
  it('takes 50 ms for what is not lost', () => {
    expect(scripted().send(1_000)).toBe(1_050);
  });

  it.each([
    [1, 300],
    [2, 600],
    [3, 1_200],
    [4, 2_400],
    [7, 19_200],
  ])('repeats at RTO, 2, 4, 8 ... x RTO: what is lost %d times leaves after %d ms', (times, afterMs) => {
    expect(scripted(...Array<number>(times).fill(LOST)).send(1_000)).toBe(1_000 + afterMs + 50);
  });

  it('pauses for 120 s at most', () => {
    // Attempt 10 comes after 153.6 s; another pause of as much would be longer than TCP's longest.
    expect(scripted(...Array<number>(11).fill(LOST)).send(0)).toBe(153_600 + 120_000 + 50);
  });

  it('lets wait what is sent while a segment is repeated, and sends it as 1 segment once that is acknowledged', () => {
    const channel = scripted(LOST, LOST, LOST, PASSES);
    expect(channel.send(0)).toBe(1_250);
    // Acknowledged after 1300 ms.
    expect(channel.send(10)).toBe(1_350);
    expect(channel.send(1_299)).toBe(1_350);
    expect(channel.send(1_400)).toBe(1_450);
  });

  it('repeats what has waited, too, if that is lost', () => {
    const channel = scripted(LOST, PASSES, LOST, PASSES);
    expect(channel.send(0)).toBe(350);
    expect(channel.send(10)).toBe(400 + 300 + 50);
    expect(channel.send(500)).toBe(800 + 50);
  });

  it('delivers 20000 messages in order, each after its delay, with 30 % lost, 60 ms of jitter and outages', () => {
    const outage = { everyMs: 60_000, meanMs: 3_000 };
    const path = new Path({ delayMs: 50, jitterMs: 60, loss: 0.3, outage }, 7);
    const channel = new Channel(path, 'back', streamOf(7, 'segments'));
    let newest = 0;
    for (let index = 0; index < 20_000; index += 1) {
      const arrivesAt = channel.send(index * 40);
      expect(arrivesAt).toBeGreaterThanOrEqual(Math.max(newest, index * 40 + 50));
      newest = arrivesAt;
    }
  });
});

describe('The weather', () => {
  const outage = { everyMs: 15 * 60_000, meanMs: 3_000 };

  it('is down for 3 s of 903 s, in both directions, whatever is sent', () => {
    const path = new Path({ delayMs: 1, jitterMs: 0, loss: 0, outage }, 5);
    const seconds = 3_000_000;
    let down = 0;
    for (let second = 0; second < seconds; second += 1) {
      if (!path.isDown(second * 1_000)) continue;
      down += 1;
      expect(path.loses('there', second * 1_000, () => PASSES)).toBe(true);
      expect(path.loses('back', second * 1_000, () => PASSES)).toBe(true);
    }
    expect((down / seconds) * (903 / 3)).toBeGreaterThan(0.95);
    expect((down / seconds) * (903 / 3)).toBeLessThan(1.05);
  });

  it('is the same for the same seed, looked at forwards or backwards, and another one for another seed', () => {
    const draw = (seed: number): Spans => new Spans(streamOf(seed, 'test'), 1_000, () => 500);
    const look = (spans: Spans, times: readonly number[]) => times.map((at) => spans.at(at)?.from);
    const times = Array.from({ length: 1_000 }, (_, index) => index * 100);
    const forwards = look(draw(1), times);
    expect(look(draw(1), times.toReversed())).toEqual(forwards.toReversed());
    expect(look(draw(2), times)).not.toEqual(forwards);
  });

  it('fills a queue at 0.7 ms a millisecond up to 1450 ms, and drains it at 1', () => {
    const bloat = { everyMs: 60_000, meanMs: 20_000, delayMs: 1_450, loss: 0 };
    const path = new Path({ delayMs: 50, jitterMs: 0, loss: 0, bloat }, 3);
    const delays = Array.from({ length: 600_000 }, (_, ms) => path.delayMs('back', ms, () => 0));
    const steps = delays.map((delay, ms) => delay - (delays[ms - 1] ?? delay));
    expect(delays.reduce((least, delay) => Math.min(least, delay))).toBe(50);
    expect(delays.reduce((most, delay) => Math.max(most, delay))).toBe(1_500);
    expect(steps.reduce((most, step) => Math.max(most, step))).toBeCloseTo(0.7, 9);
    expect(steps.reduce((least, step) => Math.min(least, step))).toBeCloseTo(-1, 9);
  });
});

describe('A process', () => {
  it('does what is due in a stall when it is over, and reports it from 100 ms on', () => {
    const process = new Process(streamOf(1, 'stalls'), { everyMs: 1_000, medianMs: 200 });
    let reported = 0;
    for (let at = 0; at < 100_000; at += 10) {
      const runsAt = process.runsAt(at);
      expect(process.runsAt(runsAt)).toBe(runsAt);
      if (runsAt === at) continue;
      const stall = process.lastStall(runsAt);
      if (stall === undefined) continue;
      reported += 1;
      expect(stall).toMatchObject({ kind: 'blocked', endedAt: runsAt });
      expect(stall.durationMs).toBeGreaterThanOrEqual(Math.max(100, runsAt - at));
    }
    expect(reported).toBeGreaterThan(100);
  });

  it('always runs if it has 0 stalls', () => {
    const process = new Process(streamOf(1, 'stalls'), undefined);
    expect([process.runsAt(7), process.lastStall(7)]).toEqual([7, undefined]);
  });
});
