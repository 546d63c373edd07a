import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LivenessConfig } from '../src/machines/liveness.ts';
import { Liveness } from '../src/machines/liveness.ts';
import type { Keepalive } from '../src/rules/keepalive.ts';
import { holds } from './support/holds.ts';
import type { Action } from './support/liveness-driver.ts';
import { LivenessDriver } from './support/liveness-driver.ts';

// The numbers are those of the invariants in docs/LIVENESS.md. What holds in every life is checked by the driver at each step.

const keepalives: fc.Arbitrary<Keepalive> = fc.record({
  idleMs: fc.integer({ min: 100, max: 30_000 }),
  intervalMs: fc.oneof(fc.integer({ min: 100, max: 10_000 }), fc.double({ min: 100, max: 10_000, noNaN: true })),
  probes: fc.integer({ min: 1, max: 5 }),
});

/** A source of random numbers that repeats, so that a failure can be repeated too. */
function cycle(numbers: readonly number[]): () => number {
  let next = 0;
  return () => numbers[next++ % numbers.length] ?? 0;
}

const configs: fc.Arbitrary<LivenessConfig & { keepalive: Keepalive }> = fc.record({
  keepalive: keepalives,
  writeTimeoutMs: fc.integer({ min: 10, max: 120_000 }),
  pausedTimeoutMs: fc.integer({ min: 0, max: 60_000 }),
  random: fc
    .array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 1, maxLength: 5 })
    .map(cycle),
});

const intervals = fc.oneof(
  fc.double({ min: 0, max: 1.5, noNaN: true }),
  fc.double({ min: 0, max: 8, noNaN: true }),
  fc.integer({ min: 0, max: 8 }),
);

const passes: fc.Arbitrary<Action> = fc.record({ type: fc.constant('pass'), intervals });
const fires: fc.Arbitrary<Action> = fc.record({ type: fc.constant('fire') });
const polls: fc.Arbitrary<Action> = fc.record({ type: fc.constant('poll') });
const stalls: fc.Arbitrary<Action> = fc.record({ type: fc.constant('stall'), intervals, isTold: fc.boolean() });
const sleeps: fc.Arbitrary<Action> = fc.record({ type: fc.constant('sleep'), intervals });
const evidence: fc.Arbitrary<Action> = fc.record({ type: fc.constant('evidence') });
const pongs: fc.Arbitrary<Action> = fc.record({ type: fc.constant('pong'), behind: fc.integer({ min: -1, max: 2 }) });
const bytes = fc.integer({ min: 1, max: 20 });
const queueing: fc.Arbitrary<Action> = fc.record({ type: fc.constantFrom('queue', 'write'), bytes });
const pauses: fc.Arbitrary<Action> = fc.record({ type: fc.constantFrom('pause', 'resume') });
const nothing: fc.Arbitrary<Action> = fc.record({ type: fc.constant('early') });

const lives = fc.array(
  fc.oneof(
    { arbitrary: fires, weight: 6 },
    { arbitrary: passes, weight: 3 },
    { arbitrary: polls, weight: 2 },
    { arbitrary: evidence, weight: 2 },
    stalls,
    sleeps,
    pongs,
    { arbitrary: queueing, weight: 2 },
    { arbitrary: pauses, weight: 2 },
    nothing,
  ),
  { maxLength: 60 },
);

/** Lives in which only the peer and time do something. */
const plainLives = fc.array(fc.oneof({ arbitrary: fires, weight: 3 }, passes, polls, evidence, pongs, nothing), {
  maxLength: 40,
});

function live(config: LivenessConfig & { keepalive: Keepalive }, actions: readonly Action[]): LivenessDriver {
  const driver = new LivenessDriver(config);
  for (const action of actions) driver.act(action);
  return driver;
}

describe('Liveness, in any life', () => {
  it('1-7, 9, 11, 13, 15, 16, 24: every step keeps the invariants; 23: then silence is death within the maximal bound', () => {
    holds(
      fc.property(configs, lives, (config, actions) => live(config, actions).silence()),
      { numRuns: 600 },
    );
  });

  it('23: silence is death within the maximal bound also behind a full send queue that creeps for ever', () => {
    const intervalsOfWriting = fc.double({ min: 0.1, max: 20, noNaN: true });
    holds(
      fc.property(configs, intervalsOfWriting, lives, (config, intervals, actions) => {
        const writeTimeoutMs = Math.ceil(intervals * config.keepalive.intervalMs);
        live({ ...config, writeTimeoutMs }, actions).silenceWhileQueueCreeps();
      }),
      { numRuns: 100 },
    );
  });

  it('1, 2, 16: with timers on time and a queue that drains, the verdict falls exactly at first due + interval x probes', () => {
    holds(
      fc.property(configs, plainLives, (config, actions) => live(config, actions).silence()),
      { numRuns: 250 },
    );
  });

  it('3: after dead nothing says a word, whatever comes', () => {
    holds(
      fc.property(configs, lives, (config, actions) => {
        const driver = new LivenessDriver(config);
        driver.silence();
        const { deadAt } = driver;
        for (const action of actions) driver.act(action);
        expect(driver.deadAt).toBe(deadAt);
      }),
      { numRuns: 100 },
    );
  });

  it('15, 25: one byte before the verdict, at whatever state, and the peer is alive at once', () => {
    holds(
      fc.property(configs, lives, (config, actions) => {
        const driver = live(config, actions);
        driver.evidence();
        if (driver.deadAt === undefined) expect(driver.liveness.belief).toBe('alive');
      }),
      { numRuns: 250 },
    );
  });
});

/** When a silent peer is judged dead, if the timer with number `late` of those that fire comes `lateMs` late. */
function judge(config: LivenessConfig, late: number, lateMs: number): number {
  const liveness = new Liveness(config, 0);
  let now = 0;
  for (let fired = 0; liveness.state !== 'dead'; ) {
    const output = liveness.poll();
    if (output.type === 'ping') liveness.handlePingQueued(0);
    if (output.type === 'confirm') liveness.handlePolled(now);
    if (output.type !== 'wait' || output.until === undefined) continue;
    now = Math.max(now, output.until + (fired === late ? lateMs : 0));
    fired += 1;
    expect(fired).toBeLessThan(1_000);
    liveness.handleTimeout(now);
  }
  return now;
}

describe('Liveness, if we are late', () => {
  it('12: one late timer moves the verdict by its lateness and one interval at most, and never to an earlier time', () => {
    const lateness = fc.double({ min: 0, max: 1e6, noNaN: true });
    holds(
      fc.property(keepalives, fc.integer({ min: 0, max: 6 }), lateness, (keepalive, late, lateMs) => {
        const config: LivenessConfig = { keepalive, writeTimeoutMs: 60_000, pausedTimeoutMs: 60_000, random: () => 0 };
        const onTimeAt = judge(config, -1, 0);
        const lateAt = judge(config, late, lateMs);
        expect(lateAt).toBeGreaterThanOrEqual(onTimeAt);
        expect(lateAt).toBeLessThanOrEqual((onTimeAt + lateMs + keepalive.intervalMs) * (1 + 1e-12));
      }),
    );
  });

  it('12: lateness below the threshold moves the verdict by itself only, and only if it is the last timer', () => {
    holds(
      fc.property(
        keepalives,
        fc.integer({ min: 0, max: 6 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (keepalive, late, share) => {
          const { intervalMs } = keepalive;
          const lateMs = share * 0.999 * Math.min(Math.max(100, intervalMs / 4), intervalMs / 2);
          const config: LivenessConfig = {
            keepalive,
            writeTimeoutMs: 60_000,
            pausedTimeoutMs: 60_000,
            random: () => 0,
          };
          const onTimeAt = judge(config, -1, 0);
          const lateAt = judge(config, late, lateMs);
          expect(lateAt - onTimeAt === 0 || Math.abs(lateAt - onTimeAt - lateMs) < 1e-6).toBe(true);
        },
      ),
    );
  });

  it('24: endless stalls, each as long as you like, cannot keep a corpse alive for more than 4 x probes + 4 timers', () => {
    holds(
      fc.property(
        configs,
        fc.array(fc.double({ min: 0.6, max: 20, noNaN: true }), { minLength: 1 }),
        (config, lateness) => {
          const { intervalMs, probes } = config.keepalive;
          const liveness = new Liveness(config, 0);
          let now = 0;
          let fired = 0;
          while (liveness.state !== 'dead') {
            const output = liveness.poll();
            if (output.type === 'ping') liveness.handlePingQueued(0);
            if (output.type === 'confirm') liveness.handlePolled(now);
            if (output.type !== 'wait' || output.until === undefined) continue;
            now = output.until + (lateness[fired % lateness.length] ?? 1) * intervalMs;
            fired += 1;
            expect(fired).toBeLessThanOrEqual(4 * probes + 4);
            liveness.handleTimeout(now);
          }
        },
      ),
    );
  });
});

describe('Liveness, for any number', () => {
  const instant = fc.oneof(fc.double({ min: -1e300, max: 1e300 }), fc.double({ min: 0, max: 1e6 }));
  const duration = fc.oneof(
    fc.double({ min: 100, max: 1e16, noNaN: true }),
    fc.constantFrom(100, 2 ** 31 - 1, 2 ** 31, 2 ** 53),
  );
  const call = fc.oneof(
    fc.record({
      call: fc.constantFrom('evidence', 'timeout', 'polled', 'paused', 'resumed', 'sleep', 'stall', 'due'),
      now: instant,
    }),
    fc.record({ call: fc.constantFrom('pong', 'written'), now: fc.double() }),
  );

  it('11, 21: no NaN, no wait that goes back to where time has been, no endless drain; clocks may run backwards', () => {
    holds(
      fc.property(
        fc.record({ idleMs: duration, intervalMs: duration, probes: fc.constantFrom(1, 3, 1_000) }),
        duration,
        duration,
        fc.array(call, { maxLength: 60 }),
        (keepalive, writeTimeoutMs, pausedTimeoutMs, calls) => {
          const liveness = new Liveness({ keepalive, writeTimeoutMs, pausedTimeoutMs, random: () => 0.5 }, 0);
          let until: number | undefined;
          for (const { call, now } of calls) {
            if (call === 'evidence') liveness.handleEvidence(now);
            if (call === 'timeout') liveness.handleTimeout(now);
            if (call === 'sleep') liveness.handleTimeout(now, { kind: 'slept', endedAt: now, durationMs: now });
            if (call === 'stall') liveness.handleTimeout(now, { kind: 'blocked', endedAt: now, durationMs: now });
            if (call === 'due') liveness.handleTimeout(until ?? now);
            if (call === 'polled') liveness.handlePolled(now);
            if (call === 'paused') liveness.handlePaused(now);
            if (call === 'resumed') liveness.handleResumed(now);
            if (call === 'pong') liveness.handlePong(now, now);
            if (call === 'written') liveness.handleWritten(now);
            until = drainNumbers(liveness);
          }
        },
      ),
      { numRuns: 250 },
    );
  });

  /** The deadline of this drain, all of whose numbers are numbers. */
  function drainNumbers(liveness: Liveness): number | undefined {
    for (let count = 0; count < 10; count += 1) {
      const output = liveness.poll();
      if (output.type === 'ping') liveness.handlePingQueued(0);
      if (output.type === 'suspect' || output.type === 'alive') expect(output.silenceMs).toBeGreaterThanOrEqual(0);
      if (output.type !== 'wait') continue;
      if (output.until !== undefined) expect(output.until).not.toBeNaN();
      return output.until;
    }
    throw new Error('a drain of more than 10 outputs');
  }

  it('21, 23: wherever such numbers have led, timers on time lead to the verdict in a bounded number of steps', () => {
    holds(
      fc.property(
        fc.record({ idleMs: duration, intervalMs: duration, probes: fc.constantFrom(1, 3, 10) }),
        fc.array(fc.record({ call: fc.constantFrom('evidence', 'timeout', 'paused', 'sleep'), now: instant }), {
          maxLength: 20,
        }),
        (keepalive, calls) => {
          const liveness = new Liveness({ keepalive, writeTimeoutMs: 1e9, pausedTimeoutMs: 1e9, random: () => 0.5 }, 0);
          let now = 0;
          for (const { call, now: at } of calls) {
            now = Math.max(now, at || 0);
            if (call === 'evidence') liveness.handleEvidence(at);
            if (call === 'timeout') liveness.handleTimeout(at);
            if (call === 'paused') liveness.handlePaused(at);
            if (call === 'sleep') liveness.handleTimeout(at, { kind: 'slept', endedAt: at, durationMs: 1 });
          }
          for (let steps = 0; liveness.state !== 'dead'; steps += 1) {
            expect(steps).toBeLessThan(8 * keepalive.probes + 100);
            const output = liveness.poll();
            if (output.type === 'ping') liveness.handlePingQueued(0);
            if (output.type === 'confirm') liveness.handlePolled(now);
            if (output.type !== 'wait' || output.until === undefined) continue;
            now = Math.max(now, output.until);
            liveness.handleTimeout(now);
          }
        },
      ),
      { numRuns: 250 },
    );
  });
});
