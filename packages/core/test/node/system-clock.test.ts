import { once } from 'node:events';
import { stat } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import net, { type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setImmediate as nextCheck } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AlarmWheel } from '../../src/node/alarm-wheel.ts';
import { MinHeap } from '../../src/node/min-heap.ts';
import { SystemClock, type Timer } from '../../src/node/system-clock.ts';
import type { Alarm, Stall } from '../../src/words/clock.ts';

const MAX_DELAY_MS = 2 ** 31 - 1;

class FakeTimer implements Timer {
  readonly callback: () => void;
  readonly at: number;
  readonly delayMs: number;
  isRefed = true;
  isOver = false;

  constructor(callback: () => void, now: number, delayMs: number) {
    this.callback = callback;
    this.at = now + delayMs;
    this.delayMs = delayMs;
  }

  ref(): void {
    this.isRefed = true;
  }

  unref(): void {
    this.isRefed = false;
  }

  close(): void {
    this.isOver = true;
  }
}

/** Time that passes when the test says so. */
class FakeTime {
  monotonicMs = 0;
  wallMs = 1_700_000_000_000;
  timersMade = 0;
  #timers: FakeTimer[] = [];
  #immediates: (() => void)[] = [];
  readonly clock = new SystemClock({
    monotonic: () => this.monotonicMs,
    wall: () => this.wallMs,
    setTimer: (callback, delayMs) => {
      const timer = new FakeTimer(callback, this.monotonicMs, delayMs);
      this.#timers.push(timer);
      this.timersMade += 1;
      return timer;
    },
    setImmediate: (callback) => this.#immediates.push(callback),
  });

  /** The timers that are set: the clock promises at most one. */
  get armed(): FakeTimer[] {
    this.#timers = this.#timers.filter((timer) => !timer.isOver);
    return this.#timers;
  }

  /** Runs for so long, timer by timer, each in time. */
  run(ms: number): void {
    const end = this.monotonicMs + ms;
    for (let timer = this.armed[0]; timer !== undefined && timer.at <= end; timer = this.armed[0]) {
      this.pass(Math.max(timer.at - this.monotonicMs, 0));
      this.fire();
    }
    this.pass(Math.max(end - this.monotonicMs, 0));
  }

  /** Time passes, and nothing runs. */
  pass(ms: number): void {
    this.monotonicMs += ms;
    this.wallMs += ms;
  }

  /** Fires the timer, if one is due. */
  fire(): void {
    const timer = this.armed[0];
    if (timer === undefined || timer.at > this.monotonicMs) return;
    timer.isOver = true;
    timer.callback();
  }

  /** One check phase: the immediates that are there when it begins. */
  check(): void {
    for (const callback of this.#immediates.splice(0)) callback();
  }

  get immediates(): number {
    return this.#immediates.length;
  }
}

/** Keeps what is thrown again in a microtask, which would end the test run. */
function catchThrownLater(): () => unknown[] {
  const thrown: (() => void)[] = [];
  vi.spyOn(globalThis, 'queueMicrotask').mockImplementation((callback) => void thrown.push(callback));
  return () =>
    thrown.map((callback) => {
      try {
        return callback();
      } catch (error) {
        return error;
      }
    });
}

describe('SystemClock', () => {
  let time: FakeTime;
  let rings: [name: string, now: number][];

  const alarm = (name: string, keepsProcess = false): Alarm =>
    time.clock.alarm({ handleAlarm: (now) => void rings.push([name, now]) }, { keepsProcess });

  beforeEach(() => {
    time = new FakeTime();
    rings = [];
  });

  afterEach(() => {
    vi.restoreAllMocks();
  });

  describe('alarms', () => {
    it('ring once, within 12 ms after the deadline', () => {
      alarm('a').set(1001);
      time.run(1000);
      expect(rings).toEqual([]);
      time.run(13);
      expect(rings).toEqual([['a', 1011]]); // tick 1010, and 1 ms for what Node cuts off
      time.run(100_000);
      expect(rings).toHaveLength(1);
    });

    it('share one timer, whichever is set first', () => {
      alarm('late').set(5000);
      alarm('early').set(300);
      alarm('middle').set(1000);
      expect(time.armed).toHaveLength(1);
      time.run(6000);
      expect(rings.map(([name]) => name)).toEqual(['early', 'middle', 'late']);
      expect(time.armed).toEqual([]);
    });

    it('of one tick of 10 ms ring in one turn', () => {
      for (let ms = 1; ms <= 10; ms += 1) alarm(`${ms}`).set(ms);
      time.run(20);
      expect(rings.map(([, now]) => now)).toEqual(Array(10).fill(11));
      expect(time.timersMade).toBe(1);
    });

    it('look ahead before they ring: 100 of one tick do so 64 and 36 at a time', () => {
      const steps: string[] = [];
      const owner = {
        lookAhead: () => steps.push('look'),
        handleAlarm: () => void steps.push('ring'),
      };
      for (let count = 0; count < 100; count += 1) time.clock.alarm(owner).set(100);
      time.run(200);
      const times = (count: number, step: string): string[] => Array(count).fill(step);
      expect(steps).toEqual([...times(64, 'look'), ...times(64, 'ring'), ...times(36, 'look'), ...times(36, 'ring')]);
    });

    it.each([-1, -20, -1e15, Number.NEGATIVE_INFINITY])(
      'set to %d, long past, ring in the next turn, once',
      (deadline) => {
        alarm('past').set(deadline);
        time.run(100);
        expect(rings).toEqual([['past', 1]]);
      },
    );

    it('moved later 1000 times cost one wake-up for each time they would have rung', () => {
      const hang = vi.spyOn(AlarmWheel.prototype, 'hang');
      const idle = alarm('idle');
      idle.set(20_000);
      for (let ms = 1; ms <= 1000; ms += 1) {
        time.run(1);
        idle.set(time.monotonicMs + 20_000);
      }
      expect(time.timersMade).toBe(1);
      expect(hang).toHaveBeenCalledTimes(1); // moving it was nothing but a number
      time.run(20_000 - 1);
      expect(rings).toEqual([]); // woken at 20 000, and moved on
      expect(time.timersMade).toBe(2);
      time.run(12);
      expect(rings).toEqual([['idle', 21_001]]);
    });

    it('whose tick is the very instant of a turn ring in it', () => {
      alarm('a').set(90);
      alarm('b').set(100);
      time.pass(100);
      time.fire();
      expect(rings).toEqual([
        ['a', 100],
        ['b', 100],
      ]);
    });

    it('moved earlier ring at the earlier deadline', () => {
      const moved = alarm('a');
      moved.set(60_000);
      moved.set(500);
      time.run(600);
      expect(rings).toEqual([['a', 501]]);
      time.run(100_000);
      expect(rings).toHaveLength(1);
    });

    it('do not ring when cleared, or set to Infinity', () => {
      const cleared = alarm('cleared');
      cleared.set(100);
      cleared.clear();
      cleared.clear();
      const never = alarm('never');
      never.set(100);
      never.set(Number.POSITIVE_INFINITY);
      time.run(1000);
      expect(rings).toEqual([]);
      cleared.set(2000);
      time.run(2000);
      expect(rings).toEqual([['cleared', 2001]]);
    });

    it('do not ring when the owner of an earlier one clears or moves them in the same turn', () => {
      const second = alarm('second');
      const third = alarm('third');
      time.clock
        .alarm({
          handleAlarm: () => {
            second.clear();
            third.set(500);
          },
        })
        .set(100);
      second.set(100);
      third.set(100);
      time.run(400);
      expect(rings).toEqual([]);
      time.run(200);
      expect(rings).toEqual([['third', 501]]);
    });

    it.each([Number.NEGATIVE_INFINITY, -Number.MAX_VALUE, -1e9, -0, 0])(
      'set to %d, in the past, ring 1 ms later',
      (deadline) => {
        time.pass(1e6);
        alarm('past').set(deadline);
        expect(time.armed.map(({ delayMs }) => delayMs)).toEqual([1]);
        time.run(1);
        expect(rings).toEqual([['past', 1e6 + 1]]);
        expect(time.clock.lastStall).toBeUndefined();
      },
    );

    it('ring at most once a turn, even if the owner sets a deadline in the past', () => {
      let left = 3;
      const eager: Alarm = time.clock.alarm({
        handleAlarm: (now) => {
          rings.push(['eager', now]);
          left -= 1;
          if (left > 0) eager.set(0);
        },
      });
      eager.set(10);
      time.run(11);
      expect(rings).toEqual([['eager', 11]]);
      time.run(100);
      expect(rings.map(([, now]) => now)).toEqual([11, 12, 13]);
    });

    it('set to NaN throw a TypeError, and keep the deadline they had', () => {
      const strict = alarm('a');
      strict.set(100);
      expect(() => strict.set(Number.NaN)).toThrow(TypeError);
      time.run(200);
      expect(rings).toHaveLength(1);
    });

    it.each([MAX_DELAY_MS + 1, 1e15, Number.MAX_SAFE_INTEGER, Number.MAX_VALUE])(
      'set to %d, too far for setTimeout, do not ring at once, and no timer is set above 2^31-1 ms',
      (deadline) => {
        alarm('far').set(deadline);
        expect(time.armed.every(({ delayMs }) => delayMs <= MAX_DELAY_MS)).toBe(true);
        time.run(MAX_DELAY_MS - 1);
        expect(rings).toEqual([]);
        alarm('near').set(time.monotonicMs + 5);
        time.run(100);
        expect(rings.at(-1)?.[0]).toBe('near');
      },
    );

    it('ring at their deadline of 30 days', () => {
      alarm('far').set(30 * 86_400_000);
      time.run(30 * 86_400_000 - 1);
      expect(rings).toEqual([]);
      time.run(13);
      expect(rings).toEqual([['far', 30 * 86_400_000 + 1]]);
      expect(time.clock.lastStall).toBeUndefined();
    });

    it('whose owner throws stop neither the others nor the next turn, and the error is thrown again afterwards', () => {
      const thrown = catchThrownLater();
      const broken = new Error('broken');
      time.clock
        .alarm({
          handleAlarm: () => {
            throw broken;
          },
        })
        .set(100);
      alarm('next').set(100);
      alarm('later').set(200);
      time.run(300);
      expect(rings.map(([name]) => name)).toEqual(['next', 'later']);
      expect(thrown()).toEqual([broken]);
    });

    it('leave nothing behind when 100 000 far-away deadlines are set and cleared', () => {
      const tidyUp = vi.spyOn(MinHeap.prototype, 'replace');
      const busy = alarm('busy');
      alarm('first').set(50);
      for (let i = 1; i <= 100_000; i += 1) {
        busy.set(1e6 + i * 1000);
        busy.clear();
      }
      expect(tidyUp.mock.calls.length).toBeGreaterThan(1000); // it never holds more than 100 empty ticks
      time.run(100);
      expect(rings).toEqual([['first', 51]]);
      expect(time.armed).toEqual([]);
    });

    it('let go of their owner when they are cleared, although their tick is 11 days away', async () => {
      setFlagsFromString('--expose-gc');
      const collectGarbage: () => void = runInNewContext('gc');
      const owner = setAndClear(time.clock);
      await nextCheck();
      collectGarbage();
      expect(owner.deref()).toBeUndefined();
    });

    it('never ring early nor when cleared, and ring within 12 ms of any deadline, whatever is done to them', () => {
      const deadline = fc.oneof(fc.integer({ min: -50, max: 500 }), fc.double({ min: -50, max: 500, noNaN: true }));
      const action = fc.oneof(
        fc.record({ set: fc.nat(4), inMs: deadline }),
        fc.record({ clear: fc.nat(4) }),
        fc.record({ runMs: fc.integer({ min: 0, max: 300 }) }),
      );
      fc.assert(
        fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
          const fake = new FakeTime();
          const due: (number | undefined)[] = [];
          const alarms = [0, 1, 2, 3, 4].map((i) =>
            fake.clock.alarm({
              handleAlarm: (now) => {
                const at = due[i];
                due[i] = undefined;
                if (at === undefined || now < at || now > at + 12) throw new Error(`rang at ${now}, due at ${at}`);
              },
            }),
          );
          const thrown = catchThrownLater();
          for (const step of actions) {
            if ('runMs' in step) fake.run(step.runMs);
            else if ('clear' in step) {
              alarms[step.clear]!.clear();
              due[step.clear] = undefined;
            } else {
              alarms[step.set]!.set(fake.monotonicMs + step.inMs);
              due[step.set] = Math.max(fake.monotonicMs + step.inMs, fake.monotonicMs);
            }
          }
          fake.run(1000);
          expect(thrown()).toEqual([]);
          expect(due.filter((at) => at !== undefined)).toEqual([]);
          expect(fake.armed).toEqual([]);
        }),
      );
    });
  });

  describe('the process', () => {
    it('is not kept alive by an alarm', () => {
      alarm('heartbeat').set(100);
      expect(time.armed.map(({ isRefed }) => isRefed)).toEqual([false]);
    });

    it('is kept alive exactly while an alarm with keepsProcess is set, over any number of turns', () => {
      const heartbeat = alarm('heartbeat');
      const retry = alarm('retry', true);
      heartbeat.set(100);
      retry.set(1000);
      expect(time.armed.map(({ isRefed }) => isRefed)).toEqual([true]);
      time.run(500); // the heartbeat has rung
      expect(time.armed.map(({ isRefed }) => isRefed)).toEqual([true]);
      heartbeat.set(5000);
      retry.set(2000); // later: nothing but a number
      retry.clear();
      expect(time.armed.map(({ isRefed }) => isRefed)).toEqual([false]);
      retry.set(600);
      expect(time.armed.map(({ isRefed }) => isRefed)).toEqual([true]);
      time.run(300);
      expect(rings.map(([name]) => name)).toEqual(['heartbeat', 'retry']);
      expect(time.armed.map(({ isRefed }) => isRefed)).toEqual([false]);
    });
  });

  describe('stalls', () => {
    it('of more than 100 ms are blocked stalls, told once, after all alarms have rung', () => {
      const told: [Stall, number][] = [];
      time.clock.onStall((stall) => told.push([stall, rings.length]));
      const seen: (Stall | undefined)[] = [];
      time.clock.alarm({ handleAlarm: () => void seen.push(time.clock.lastStall) }).set(100);
      alarm('a').set(200);
      alarm('b').set(300);
      time.pass(2100);
      time.fire();
      const stall: Stall = { kind: 'blocked', endedAt: 2100, durationMs: 2000 };
      expect(seen).toEqual([stall]); // on record before anybody is called
      expect(rings).toEqual([
        ['a', 2100],
        ['b', 2100],
      ]);
      expect(told).toEqual([[stall, 2]]);
      expect(time.clock.lastStall).toEqual(stall);
    });

    it('are not a timer that is 100 ms late', () => {
      const told: Stall[] = [];
      time.clock.onStall((stall) => told.push(stall));
      alarm('a').set(100);
      time.pass(200);
      time.fire();
      expect(told).toEqual([]);
      expect(time.clock.lastStall).toBeUndefined();
    });

    it('do not replay missed ticks: an alarm that re-arms itself each 10 ms rings once after 1000 ms', () => {
      const ticker: Alarm = time.clock.alarm({
        handleAlarm: (now) => {
          rings.push(['tick', now]);
          ticker.set(now + 10);
        },
      });
      ticker.set(10);
      time.pass(1010);
      time.fire();
      expect(rings).toEqual([['tick', 1010]]);
    });

    it('include the time that ringing others has taken, but give all of one turn the same now', () => {
      time.clock.alarm({ handleAlarm: () => time.pass(500) }).set(100);
      alarm('same turn').set(100);
      alarm('next turn').set(200);
      time.run(101);
      expect(rings).toEqual([['same turn', 101]]);
      time.run(2);
      expect(rings.at(-1)).toEqual(['next turn', 602]);
      expect(time.clock.lastStall).toEqual({ kind: 'blocked', endedAt: 602, durationMs: 402 });
    });

    it('of 1000 ms are noticed also where an overdue timer is replaced before it fires, by an alarm that is due earlier', () => {
      const told: Stall[] = [];
      time.clock.onStall((stall) => told.push(stall));
      alarm('a').set(100);
      time.pass(1100); // in which a poll phase ends, and the verdict on a probe that was due before
      alarm('b').set(50);
      time.run(1);
      expect(rings.map(([name]) => name)).toEqual(['b', 'a']);
      expect(told).toEqual([{ kind: 'blocked', endedAt: 1101, durationMs: 1001 }]);
    });

    it('include the time that an owner has taken before he sets his alarm again', () => {
      const slow: Alarm = time.clock.alarm({
        handleAlarm: (now) => {
          time.pass(500);
          slow.set(now + 100);
        },
      });
      slow.set(100);
      time.run(101);
      time.run(1);
      expect(time.clock.lastStall).toEqual({ kind: 'blocked', endedAt: 602, durationMs: 392 });
    });

    it('of 5000 ms are noticed at the end of the longest delay of setTimeout, too', () => {
      alarm('in 30 days').set(30 * 86_400_000);
      time.pass(MAX_DELAY_MS + 5000);
      time.fire();
      expect(rings).toEqual([]);
      expect(time.clock.lastStall).toEqual({ kind: 'blocked', endedAt: MAX_DELAY_MS + 5000, durationMs: 5000 });
    });

    it('where the wall clock jumps 1001 ms ahead mean sleep: all alarms ring in that turn', () => {
      const told: Stall[] = [];
      time.clock.onStall((stall) => told.push(stall));
      alarm('soon').set(100);
      alarm('in an hour').set(3_600_000);
      const again: Alarm = time.clock.alarm({ handleAlarm: (now) => again.set(now + 500) });
      again.set(500);
      time.wallMs += 1001;
      time.run(101);
      expect(rings).toEqual([
        ['soon', 101],
        ['in an hour', 101],
      ]);
      expect(told).toEqual([{ kind: 'slept', endedAt: 101, durationMs: 1001 }]);
      time.run(1000);
      expect(told).toHaveLength(1);
    });

    it('are not a wall clock that jumps 1000 ms ahead, or back, or that moved while no alarm was set', () => {
      time.wallMs += 86_400_000;
      alarm('soon').set(100);
      alarm('late').set(100_000);
      time.wallMs += 1000;
      time.run(101);
      alarm('next').set(300);
      time.wallMs -= 86_400_000;
      time.run(500);
      expect(rings.map(([name]) => name)).toEqual(['soon', 'next']);
      expect(time.clock.lastStall).toBeUndefined();
    });

    it('of both kinds in one turn are told both, the sleep as the last one', () => {
      const told: Stall['kind'][] = [];
      time.clock.onStall(({ kind }) => told.push(kind));
      alarm('a').set(100);
      time.pass(1000);
      time.wallMs += 5000;
      time.fire();
      expect(told).toEqual(['blocked', 'slept']);
      expect(time.clock.lastStall?.kind).toBe('slept');
    });

    it('are told to all listeners although 1 of 3 throws, and not to one that has stopped listening', () => {
      const thrown = catchThrownLater();
      const told: string[] = [];
      const broken = new Error('broken');
      time.clock.onStall(() => {
        throw broken;
      });
      const listener = (): void => void told.push('heard');
      const stop = time.clock.onStall(listener);
      time.clock.onStall(listener); // the same function twice is two listeners
      alarm('a').set(100);
      time.pass(1000);
      time.fire();
      expect(told).toHaveLength(2);
      stop();
      stop();
      alarm('b').set(2000);
      time.pass(5000);
      time.fire();
      expect(told).toHaveLength(3);
      expect(thrown()).toEqual([broken, broken]);
    });
  });

  describe('afterPoll', () => {
    it('waits for 2 immediates, as the caller may be in a poll phase', () => {
      const heard: number[] = [];
      time.clock.afterPoll((now) => heard.push(now));
      time.check();
      expect(heard).toEqual([]);
      time.pass(3);
      time.check();
      expect(heard).toEqual([3]);
      expect(time.immediates).toBe(0);
    });

    it('waits for 1 immediate when called in a turn, before which the poll phase lies', () => {
      const heard: number[] = [];
      time.clock.alarm({ handleAlarm: () => time.clock.afterPoll((now) => heard.push(now)) }).set(10);
      time.run(11);
      expect(heard).toEqual([]);
      time.check();
      expect(heard).toEqual([11]);
      expect(time.immediates).toBe(0);
    });

    it('sets one immediate for 1000 callbacks, and runs 256 in each', () => {
      let count = 0;
      const increment = (): void => {
        count += 1;
      };
      for (let i = 0; i < 1000; i += 1) time.clock.afterPoll(increment);
      expect(time.immediates).toBe(1);
      const counts = [1, 2, 3, 4, 5].map(() => {
        time.check();
        return count;
      });
      expect(counts).toEqual([0, 256, 512, 768, 1000]);
      expect(time.immediates).toBe(0);
    });

    it('called from an afterPoll callback runs in the next immediate', () => {
      const heard: string[] = [];
      time.clock.afterPoll(() => {
        heard.push('outer');
        time.clock.afterPoll(() => void heard.push('inner'));
      });
      time.check();
      time.check();
      expect(heard).toEqual(['outer']);
      time.check();
      expect(heard).toEqual(['outer', 'inner']);
    });

    it('loses no callback when 1 of 2 throws', () => {
      const thrown = catchThrownLater();
      const heard: string[] = [];
      const broken = new Error('broken');
      time.clock.afterPoll(() => {
        throw broken;
      });
      time.clock.afterPoll(() => void heard.push('second'));
      time.check();
      time.check();
      expect(heard).toEqual(['second']);
      expect(thrown()).toEqual([broken]);
    });
  });
});

/** In a function of its own, so that no variable of the test holds on to the owner. */
function setAndClear(clock: SystemClock): WeakRef<object> {
  const owner = { handleAlarm: (): void => undefined };
  const alarm = clock.alarm(owner);
  alarm.set(1e9);
  alarm.clear();
  return new WeakRef(owner);
}

/** Unix sockets, where the kernel has handed a write over when it returns: loopback TCP promises that only on most days. */
describe('SystemClock.afterPoll on real sockets', () => {
  const clock = new SystemClock();
  let directory: string;
  let server: Server;

  /** Both ends of a connection. */
  async function pair(): Promise<[near: Socket, far: Socket]> {
    const far = net.connect({ path: join(directory, 's'), allowHalfOpen: true });
    far.pause(); // before it connects: it leaves unread what comes
    const [[near]] = await Promise.all([once(server, 'connection'), once(far, 'connect')]);
    return [near as Socket, far];
  }

  /** Each calls back in a phase of the event loop. */
  const phases: Record<string, (callback: () => void) => Promise<void> | void> = {
    'a timer': (callback) => void setTimeout(callback, 1),
    'a turn of the clock': (callback) =>
      clock.alarm({ handleAlarm: callback }, { keepsProcess: true }).set(clock.now()),
    'a setImmediate': (callback) => void setImmediate(callback),
    'an fs callback': (callback) => stat(directory, callback),
    'an afterPoll callback': (callback) => clock.afterPoll(callback),
    'a microtask': (callback) => queueMicrotask(callback),
    'a nextTick': (callback) => process.nextTick(callback),
    "another socket's data callback": async (callback) => {
      const [near, far] = await pair();
      near.once('data', callback);
      far.write('go');
    },
    "a microtask of another socket's data callback": async (callback) => {
      const [near, far] = await pair();
      near.once('data', () => queueMicrotask(callback));
      far.write('go');
    },
    "another socket's close callback": async (callback) => {
      const [near] = await pair();
      near.once('close', callback);
      near.destroy();
    },
  };

  /** Each happens to `far`, and what `near` then has waiting in the kernel. */
  const news: Record<string, [event: string, happen: (far: Socket) => void]> = {
    bytes: ['data', (far) => void far.write('x')],
    'a FIN': ['end', (far) => void far.end()],
    // A Unix socket that is closed with unread bytes resets its peer.
    'a reset': ['error', (far) => void far.destroy()],
  };

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'systole-'));
    server = net.createServer({ allowHalfOpen: true }).listen(join(directory, 's'));
    await once(server, 'listening');
  });

  afterEach(async () => {
    server.close();
    await rm(directory, { recursive: true });
  });

  for (const [phase, enter] of Object.entries(phases)) {
    for (const [what, [event, happen]] of Object.entries(news)) {
      it(`called in ${phase}, it calls back after ${what} that had arrived`, async () => {
        const [near, far] = await pair();
        if (event === 'error') near.write('never read');
        const heard: string[] = [];
        near.on(event, () => void heard.push(event)).on('error', () => undefined);
        if (event !== 'data') near.resume();
        await new Promise<void>((resolve) => {
          void enter(() => {
            happen(far);
            clock.afterPoll(() => {
              heard.push('after poll');
              resolve();
            });
          });
        });
        near.destroy();
        far.destroy();
        expect(heard).toEqual([event, 'after poll']);
      });
    }
  }

  it('needs 2 immediates: 1 from a data callback runs before the bytes that have arrived', async () => {
    const [near, far] = await pair();
    const [other, trigger] = await pair();
    const heard: string[] = [];
    near.on('data', () => void heard.push('data'));
    trigger.write('go');
    await once(other, 'data');
    far.write('x');
    await nextCheck();
    heard.push('immediate');
    await once(near, 'data');
    expect(heard).toEqual(['immediate', 'data']);
    for (const socket of [near, far, other, trigger]) socket.destroy();
  });
});
