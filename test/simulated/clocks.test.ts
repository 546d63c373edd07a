// The real clock of a process over the time of a simulated world: what the wall clock does, and how the monotonic one spends a sleep.

import { describe as promiseOf } from '@systole/core';
import { SystemClock } from '@systole/core/node';
import type { SimulatedClock } from '@systole/testing';
import { describe, expect, it } from 'vitest';
import { connectPair, eventOf, namesOf, type SessionPair } from '../support/session-pair.ts';

const BOUND_MS = promiseOf()?.boundMs ?? 0;
const MAX_BOUND_MS = promiseOf()?.maxBoundMs ?? 0;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Alarms of the system's clock are due once a tick. */
const TICK_MS = 12;

/** A wall clock, in anybody's hands. */
interface Wall {
  /** By how much somebody has set it wrong. */
  stepMs: number;
}

/** A watcher that lives by the system's clock, and a peer that watches nobody, so that it does not mind what the watcher does. */
function connectWatcher(wall: Wall = { stepMs: 0 }): SessionPair {
  const watchClock = (clock: SimulatedClock): SystemClock =>
    new SystemClock({
      monotonic: () => clock.now(),
      wall: () => clock.timeline.now + wall.stepMs,
      setTimer: (callback, delayMs) => {
        const alarm = clock.alarm({ handleAlarm: callback });
        alarm.set(clock.now() + delayMs);
        return { ref: () => {}, unref: () => {}, close: () => alarm.clear() };
      },
      setImmediate: (callback) => clock.afterPoll(callback),
    });
  return connectPair({ client: { watchClock }, server: { keepalive: false }, link: { latencyMs: 5 } }, 10);
}

/** Moments of two heartbeats. */
const MOMENTS: readonly number[] = Array.from({ length: 45 }, (_, second) => second * 1_000 + 1);

describe('L12: somebody sets the wall clock', () => {
  const steps = [
    ['an hour ahead', HOUR_MS],
    ['an hour back', -HOUR_MS],
    ['a day ahead', DAY_MS],
    ['a day back', -DAY_MS],
  ] as const;

  it.each(steps)('%s, at 45 moments, and the peer lives: no suspect, and no verdict', (_how, stepMs) => {
    for (const at of MOMENTS) {
      const wall = { stepMs: 0 };
      const pair = connectWatcher(wall);
      pair.world.advance(at);
      wall.stepMs = stepMs;
      pair.world.advance(2 * BOUND_MS);
      expect(namesOf(pair.client), `set at ${at}`).toEqual(['connect']);
      expect(pair.client.session.inspect().belief).toBe('alive');
    }
  });

  it.each([HOUR_MS, DAY_MS])('%d ms back: not one PING leaves at another time', (stepMs) => {
    const wall = { stepMs: 0 };
    const [disturbed, undisturbed] = [connectWatcher(wall), connectWatcher()];
    for (const { world } of [disturbed, undisturbed]) world.advance(30_000);
    wall.stepMs = -stepMs;
    for (const { world } of [disturbed, undisturbed]) world.advance(100_000);
    expect(disturbed.client.sent.timesOf('ping')).toEqual(undisturbed.client.sent.timesOf('ping'));
    expect(disturbed.client.sent.timesOf('ping')).toHaveLength(6);
  });

  it.each([HOUR_MS, DAY_MS])('%d ms back, and the peer is dead: the verdict comes at the bound', (stepMs) => {
    for (const at of MOMENTS.filter((moment) => moment < BOUND_MS)) {
      const wall = { stepMs: 0 };
      const pair = connectWatcher(wall);
      pair.link.crash('b');
      pair.world.advance(at);
      wall.stepMs = -stepMs;
      pair.world.advance(2 * BOUND_MS);
      const silenceMs = (eventOf(pair.client, 'dead')?.at ?? 0) - pair.client.heardAt;
      expect(silenceMs, `set at ${at}`).toBeGreaterThanOrEqual(BOUND_MS);
      expect(silenceMs, `set at ${at}`).toBeLessThanOrEqual(BOUND_MS + TICK_MS);
    }
  });

  it.each([HOUR_MS, DAY_MS])(
    '%d ms ahead, which looks like a sleep, and the peer is dead: found in 2 bounds',
    (stepMs) => {
      for (const at of MOMENTS) {
        const wall = { stepMs: 0 };
        const pair = connectWatcher(wall);
        pair.link.crash('b');
        pair.world.advance(at);
        wall.stepMs = stepMs;
        pair.world.advance(2 * BOUND_MS);
        expect(pair.client.ending?.cause, `set at ${at}`).toBe('silent');
      }
    },
  );

  it('an hour ahead each second, for ever, and the peer is dead: found within the maximal bound of 135,000 ms', () => {
    expect(MAX_BOUND_MS).toBe(135_000);
    const wall = { stepMs: 0 };
    const pair = connectWatcher(wall);
    pair.link.crash('b');
    for (let second = 0; second < MAX_BOUND_MS / 1_000; second += 1) {
      wall.stepMs += HOUR_MS;
      pair.world.advance(1_000);
    }
    expect(pair.client.ending?.cause).toBe('silent');
  });
});

describe('L5: the system sleeps', () => {
  // Shorter than the 15 minutes after which TCP gives up what is in flight, so that it is we who find out.
  const sleeps = [
    ['10,000 ms, below the bound, while the monotonic clock stands', 10_000, 'sleep'],
    ['10,000 ms, below the bound, while the monotonic clock runs', 10_000, 'stall'],
    ['10 minutes, above the bound, while the monotonic clock stands', 600_000, 'sleep'],
    ['10 minutes, above the bound, while the monotonic clock runs', 600_000, 'stall'],
  ] as const;

  it.each(sleeps)('%s, at 45 moments, and the peer lives: no suspect, and no verdict', (_how, ms, kind) => {
    for (const at of MOMENTS) {
      const pair = connectWatcher();
      pair.world.advance(at);
      pair.client.clock[kind](ms);
      pair.world.advance(ms + 2 * BOUND_MS);
      expect(namesOf(pair.client), `asleep at ${at}`).toEqual(['connect']);
      expect(pair.client.session.inspect().belief).toBe('alive');
    }
  });

  it.each(sleeps)('%s, and the peer is gone meanwhile: found within the bound after it wakes', (_how, ms, kind) => {
    for (const at of MOMENTS) {
      const pair = connectWatcher();
      pair.world.advance(at);
      pair.client.clock[kind](ms);
      pair.link.crash('b');
      pair.world.advance(ms);
      expect(pair.client.ending, `asleep at ${at}`).toBeUndefined();
      pair.world.advance(BOUND_MS + TICK_MS);
      expect(pair.client.ending?.cause, `asleep at ${at}`).toBe('silent');
    }
  });

  it.each([
    ['stands', 'sleep'],
    ['runs', 'stall'],
  ] as const)('for an hour, while the monotonic clock %s: 1 PING leaves at once', (_how, kind) => {
    const pair = connectWatcher();
    pair.world.advance(5_000);
    pair.client.clock[kind](HOUR_MS);
    pair.world.advance(HOUR_MS);
    expect(pair.client.sent.timesOf('ping')).toHaveLength(1);
    expect(namesOf(pair.client)).toEqual(['connect']);
  });
});
