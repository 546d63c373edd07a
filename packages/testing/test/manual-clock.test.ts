import type { Alarm, Stall } from '@systole/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../src/manual-clock.ts';

describe('ManualClock', () => {
  let clock: ManualClock;
  let log: string[];

  const note = (what: string) => (): void => void log.push(`${clock.now()} ${what}`);
  const alarm = (what: string): Alarm => clock.alarm({ handleAlarm: note(what) });

  beforeEach(() => {
    clock = new ManualClock();
    log = [];
  });

  it('starts at 0, or at the instant it is given, and stands still', () => {
    expect(clock.now()).toBe(0);
    expect(new ManualClock(1e9).now()).toBe(1e9);
    expect(clock.nextAt).toBeUndefined();
  });

  it('rings alarms exactly at their deadlines, once, and stops where it was told', () => {
    alarm('b').set(20.5);
    alarm('a').set(10);
    alarm('c').set(30);
    expect(clock.nextAt).toBe(10);
    clock.advance(25);
    expect(log).toEqual(['10 a', '20.5 b']);
    expect(clock.now()).toBe(25);
    clock.advance(5);
    expect(log).toEqual(['10 a', '20.5 b', '30 c']);
    expect(clock.nextAt).toBeUndefined();
  });

  it('moves alarms both ways, and forgets cleared ones', () => {
    const moved = alarm('moved');
    moved.set(10);
    moved.set(30);
    expect(clock.nextAt).toBe(30);
    moved.set(20);
    const cleared = alarm('cleared');
    cleared.set(15);
    cleared.clear();
    const infinite = alarm('infinite');
    infinite.set(15);
    infinite.set(Number.POSITIVE_INFINITY);
    expect(clock.alarmsSet).toBe(1);
    clock.advance(100);
    expect(log).toEqual(['20 moved']);
    expect(clock.alarmsSet).toBe(0);
    expect(() => moved.set(Number.NaN)).toThrow(TypeError);
  });

  it('rings an alarm set to the past in the next round of the same instant, without a stall', () => {
    let left = 3;
    const eager: Alarm = clock.alarm({
      handleAlarm: () => {
        note('eager')();
        left -= 1;
        if (left > 0) eager.set(-1000);
      },
    });
    clock.advance(500);
    eager.set(0);
    clock.advance(0);
    expect(log).toEqual(['500 eager', '500 eager', '500 eager']);
    expect(clock.lastStall).toBeUndefined();
  });

  it('throws when an instant has no end', () => {
    const eager: Alarm = clock.alarm({ handleAlarm: () => eager.set(0) });
    eager.set(10);
    expect(() => clock.advance(10)).toThrow('no end of things to do at 10 ms');
  });

  it('knows at each instant the order of Node: alarms, deliveries, afterPoll', () => {
    clock
      .alarm({
        handleAlarm: () => {
          note('alarm')();
          clock.afterPoll(note('afterPoll of the alarm'));
        },
      })
      .set(10);
    clock.deliverAt(10, note('delivery'));
    clock.advance(10);
    expect(log).toEqual(['10 alarm', '10 delivery', '10 afterPoll of the alarm']);
  });

  it('lets 1 whole poll part pass before an afterPoll callback that was asked for in a poll or check part', () => {
    clock.deliverAt(10, () => {
      note('first delivery')();
      clock.deliverAt(10, note('second delivery')); // has come meanwhile
      clock.afterPoll(() => {
        note('afterPoll of the first delivery')();
        clock.deliverAt(10, note('third delivery'));
        clock.afterPoll(note('afterPoll of the afterPoll'));
      });
    });
    clock.advance(10);
    expect(log).toEqual([
      '10 first delivery',
      '10 second delivery',
      '10 afterPoll of the first delivery',
      '10 third delivery',
      '10 afterPoll of the afterPoll',
    ]);
  });

  it('calls afterPoll callbacks in the present instant, without any time passing', () => {
    clock.afterPoll(note('asked by the test'));
    expect(clock.nextAt).toBe(0);
    clock.advance(0);
    expect(log).toEqual(['0 asked by the test']);
  });

  it('does not ring an alarm that the owner of another one clears or moves in the same turn', () => {
    const second = alarm('second');
    const third = alarm('third');
    clock
      .alarm({
        handleAlarm: () => {
          second.clear();
          third.set(20);
        },
      })
      .set(10);
    second.set(10);
    third.set(10);
    clock.advance(15);
    expect(log).toEqual([]);
    clock.advance(5);
    expect(log).toEqual(['20 third']);
  });

  it('throws what an owner has thrown, after everyone else of that instant was called', () => {
    const broken = new Error('broken');
    const fail = (): never => {
      throw broken;
    };
    clock.alarm({ handleAlarm: fail }).set(10);
    alarm('next').set(10);
    alarm('later').set(20);
    expect(() => clock.advance(100)).toThrow(broken);
    expect(log).toEqual(['10 next']);
    expect(clock.now()).toBe(10);
    clock.deliverAt(15, fail);
    clock.afterPoll(fail);
    expect(() => clock.advance(0)).toThrow(broken);
    clock.deliverAt(15, fail);
    expect(() => clock.advance(100)).toThrow(AggregateError);
    clock.advance(100);
    expect(log).toEqual(['10 next', '20 later']);
  });

  it('does not advance from within a callback, nor by NaN, Infinity or -1 ms', () => {
    alarm('a').set(10);
    clock.alarm({ handleAlarm: () => clock.advance(1) }).set(10);
    expect(() => clock.advance(10)).toThrow('time is passing already');
    for (const ms of [Number.NaN, Number.POSITIVE_INFINITY, -1]) expect(() => clock.advance(ms)).toThrow(RangeError);
    for (const ms of [Number.NaN, -1]) expect(() => clock.stall(ms)).toThrow(RangeError);
    for (const ms of [Number.NaN, Number.POSITIVE_INFINITY, -1]) expect(() => clock.sleep(ms)).toThrow(RangeError);
  });

  it('advanced asynchronously lets 100 promises settle between two instants', async () => {
    clock
      .alarm({
        handleAlarm: async () => {
          for (let i = 0; i < 100; i += 1) await undefined;
          note('settled')();
          clock.afterPoll(note('afterPoll'));
        },
      })
      .set(10);
    alarm('next').set(10.5);
    await clock.advanceAsync(11);
    expect(log).toEqual(['10 settled', '10 afterPoll', '10.5 next']);
    const settled = Promise.resolve().then(note('while no time passes'));
    await clock.settle();
    expect(log.at(-1)).toBe('11 while no time passes');
    await settled;
  });

  it('lets 30 days with a heartbeat each 20 s pass in 129 600 events', () => {
    let beats = 0;
    const beat: Alarm = clock.alarm({
      handleAlarm: (now) => {
        beats += 1;
        beat.set(now + 20_000);
      },
    });
    beat.set(20_000);
    clock.advance(30 * 86_400_000);
    expect(beats).toBe(129_600);
  });

  it('tells whether an alarm is set that would keep a process alive', () => {
    const retry = clock.alarm({ handleAlarm: () => undefined }, { keepsProcess: true });
    alarm('heartbeat').set(10);
    expect(clock.keepsProcess).toBe(false);
    retry.set(5);
    expect(clock.keepsProcess).toBe(true);
    clock.advance(5);
    expect(clock.keepsProcess).toBe(false);
  });

  describe('stall', () => {
    it('of 2000 ms rings the late alarms in one turn, with the lateness of the first, before it reads what has come', () => {
      const told: Stall[] = [];
      clock.onStall((stall) => {
        told.push(stall);
        note('stall')();
      });
      alarm('a').set(500);
      alarm('b').set(600);
      clock.deliverAt(100, note('delivery of 100'));
      clock.stall(2000);
      expect(log).toEqual(['2000 a', '2000 b', '2000 stall', '2000 delivery of 100']);
      expect(told).toEqual([{ kind: 'blocked', endedAt: 2000, durationMs: 1500 }]);
      expect(clock.lastStall).toEqual(told[0]);
    });

    it('kills a healthy peer if the detector is naive, and does not if the verdict waits for afterPoll', () => {
      let heardAt = 0;
      clock.deliverAt(600, () => {
        heardAt = clock.now();
      });
      const judge = (what: string) => (): void => {
        if (heardAt === 0) note(what)();
      };
      clock.alarm({ handleAlarm: judge('dead, says the naive one') }).set(1000);
      clock.alarm({ handleAlarm: () => clock.afterPoll(judge('dead, says the careful one')) }).set(1000);
      clock.stall(1500);
      expect(log).toEqual(['1500 dead, says the naive one']);
    });

    it('is not noticed if no alarm was due, nor if the first is 100 ms late', () => {
      alarm('a').set(3000);
      clock.stall(2000);
      expect(log).toEqual([]);
      clock.advance(900);
      clock.stall(200);
      expect(log).toEqual(['3100 a']);
      expect(clock.lastStall).toBeUndefined();
    });

    it('rings an alarm once that re-arms itself each 10 ms: missed ticks are not replayed', () => {
      const ticker: Alarm = clock.alarm({
        handleAlarm: (now) => {
          note('tick')();
          ticker.set(now + 10);
        },
      });
      ticker.set(10);
      clock.stall(1000);
      expect(log).toEqual(['1000 tick']);
    });
  });

  describe('sleep', () => {
    it('of 5000 ms leaves the monotonic time where it was, rings all alarms, and is told as slept', () => {
      const told: Stall[] = [];
      clock.onStall((stall) => told.push(stall));
      clock.advance(100);
      alarm('soon').set(150);
      alarm('in an hour').set(3_600_000);
      clock.deliverAt(200, note('delivery'));
      clock.sleep(5000);
      expect(log).toEqual(['100 soon', '100 in an hour', '100 delivery']);
      expect(told).toEqual([{ kind: 'slept', endedAt: 100, durationMs: 5000 }]);
      expect(clock.now()).toBe(100);
    });

    it('of 1000 ms is not noticed: deadlines are as far away as before', () => {
      alarm('a').set(150.1);
      clock.advance(100);
      clock.sleep(1000);
      expect(clock.nextAt).toBeCloseTo(150.1, 6);
      clock.advance(50.2);
      expect(log).toHaveLength(1);
      expect(clock.lastStall).toBeUndefined();
    });

    it('never makes an alarm ring early, whatever the fractions of a millisecond', () => {
      for (let i = 1; i <= 1000; i += 1) {
        const shifted = new ManualClock();
        shifted.sleep(i / 7);
        let rangAt = 0;
        const deadline = i / 3;
        shifted
          .alarm({
            handleAlarm: (now) => {
              rangAt = now;
            },
          })
          .set(deadline);
        shifted.advance(1000);
        expect(rangAt).toBeGreaterThanOrEqual(deadline);
        expect(rangAt).toBeLessThan(deadline + 1e-9);
      }
    });
  });
});
