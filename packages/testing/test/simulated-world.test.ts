import { beforeEach, describe, expect, it } from 'vitest';
import type { SimulatedClock } from '../src/simulated-clock.ts';
import { SimulatedWorld } from '../src/simulated-world.ts';

describe('SimulatedWorld', () => {
  let world: SimulatedWorld;
  let a: SimulatedClock;
  let b: SimulatedClock;
  let log: string[];

  const note = (what: string) => (): void => void log.push(`${world.now} ${what}`);

  beforeEach(() => {
    world = new SimulatedWorld();
    a = world.clock();
    b = world.clock();
    log = [];
  });

  it('stalls 1 of 2 processes while the other one runs', () => {
    for (const ms of [500, 1000, 2500]) {
      a.alarm({ handleAlarm: note('a') }).set(ms);
      b.alarm({ handleAlarm: note('b') }).set(ms);
    }
    a.stall(2000);
    world.advance(3000);
    expect(log).toEqual(['500 b', '1000 b', '2000 a', '2000 a', '2500 a', '2500 b']);
    expect(a.lastStall).toEqual({ kind: 'blocked', endedAt: 2000, durationMs: 1500 });
    expect(b.lastStall).toBeUndefined();
  });

  it('ends overlapping stalls of one process at the later of both ends', () => {
    a.alarm({ handleAlarm: note('a') }).set(100);
    a.stall(2000);
    world.advance(500);
    a.stall(100);
    world.advance(5000);
    expect(log).toEqual(['2000 a']);
  });

  it('never runs a process again that stalls for ever', () => {
    a.alarm({ handleAlarm: note('a') }).set(100);
    a.afterPoll(note('a'));
    a.stall(Number.POSITIVE_INFINITY);
    expect(world.nextAt).toBeUndefined();
    world.advance(1e9);
    expect(log).toEqual([]);
  });

  it('puts 1 of 2 systems to sleep: its monotonic time is 3000 ms behind from then on', () => {
    a.alarm({ handleAlarm: note('a') }).set(10_000);
    world.advance(1000);
    a.sleep(3000);
    expect(() => a.sleep(1)).toThrow('asleep already');
    world.advance(2000);
    expect(a.now()).toBe(1000);
    expect(b.now()).toBe(3000);
    a.deliverAt(1200, note('a reads')); // 200 ms from now by its watch, but it sleeps for 1000 more
    world.advance(2000);
    expect(log).toEqual(['4000 a', '4000 a reads']);
    expect(a.now()).toBe(2000);
    expect(a.lastStall).toEqual({ kind: 'slept', endedAt: 1000, durationMs: 3000 });
    a.alarm({ handleAlarm: note('again') }).set(2500);
    world.advance(1000);
    expect(log.at(-1)).toBe('5500 again');
  });

  it('runs its own events before the processes, in the order in which they were asked for', () => {
    a.alarm({ handleAlarm: note('alarm') }).set(10);
    world.callAt(10, note('first'));
    world.callAt(10, note('second'));
    world.advance(10);
    expect(log).toEqual(['10 first', '10 second', '10 alarm']);
  });

  it('does not run an event that was called off, even by another one of the same instant', () => {
    let callOff = (): void => undefined;
    world.callAt(10, () => callOff());
    callOff = world.callAt(10, note('called off'));
    const callOffLater = world.callAt(20, note('called off'));
    callOffLater();
    expect(world.nextAt).toBe(10);
    world.advance(100);
    expect(log).toEqual([]);
  });

  it('rings in one process what another one has set in the same instant', () => {
    const alarm = a.alarm({ handleAlarm: note('a') });
    b.alarm({ handleAlarm: () => alarm.set(5) }).set(10);
    world.advance(10);
    expect(log).toEqual(['10 a']);
  });

  it('advances 2 processes asynchronously, each in its turn', async () => {
    for (const [name, clock] of Object.entries({ a, b })) {
      clock
        .alarm({
          handleAlarm: async () => {
            await undefined;
            note(name)();
          },
        })
        .set(10);
    }
    const advanced = world.advanceAsync(20);
    await expect(world.advanceAsync(1)).rejects.toThrow('time is passing already');
    await advanced;
    expect(log).toEqual(['10 a', '10 b']);
    expect(world.now).toBe(20);
  });
});
