import { ManualClock } from '@systole/testing';
import { describe, expect, it } from 'vitest';
import type { ParkingLimits } from '../src/options.ts';
import { Parking } from '../src/parking.ts';

const ROOMY: ParkingLimits = { maxParkedSessions: 1_000, maxParkedBytes: 1_000_000, maxParkedPerIdentity: 1_000 };
const STAY = { identity: undefined, bytes: 100, deadline: 120_000 };

interface Stage {
  readonly clock: ManualClock;
  readonly parking: Parking<string>;
  /** What the host heard, such as `5000: a expires` or `0: a goes for bytes`. */
  readonly heard: string[];
}

function open(limits: Partial<ParkingLimits> = {}): Stage {
  const clock = new ManualClock();
  const heard: string[] = [];
  const parking = new Parking<string>(
    clock,
    { ...ROOMY, ...limits },
    {
      evict: (session, bound) => heard.push(`${clock.now()}: ${session} goes for ${bound}`),
      expire: (session) => heard.push(`${clock.now()}: ${session} expires`),
    },
  );
  return { clock, parking, heard };
}

describe('Parking: deadlines', () => {
  it('keeps a session until its deadline of 120,000 ms, and not 1 ms longer', () => {
    const { clock, parking, heard } = open();
    parking.park('a', STAY);
    clock.advance(119_999);
    expect([heard, parking.size, parking.bytes]).toEqual([[], 1, 100]);
    clock.advance(1);
    expect([heard, parking.size, parking.bytes]).toEqual([['120000: a expires'], 0, 0]);
    expect(clock.nextAt).toBeUndefined();
  });

  it('lets the one go first whose deadline is first, though it was parked last', () => {
    const { clock, parking, heard } = open();
    parking.park('a', { ...STAY, deadline: 90_000 });
    parking.park('b', { ...STAY, deadline: 60_000 });
    parking.park('c', { ...STAY, deadline: 30_000 });
    clock.advance(120_000);
    expect(heard).toEqual(['30000: c expires', '60000: b expires', '90000: a expires']);
  });

  it('looks at most once a second: those whose deadline is within 1,000 ms of the last look go together', () => {
    const { clock, parking, heard } = open();
    for (const [session, deadline] of Object.entries({ a: 5_000, b: 5_001, c: 5_999, d: 6_000, e: 6_001 })) {
      parking.park(session, { ...STAY, deadline });
    }
    clock.advance(5_500);
    parking.park('f', { ...STAY, deadline: 5_501 });
    clock.advance(10_000);
    expect(heard).toEqual([
      '5000: a expires',
      '6000: b expires',
      '6000: c expires',
      '6000: d expires',
      '6000: f expires',
      '7000: e expires',
    ]);
  });

  it('keeps a session that leaves in time, and sets no alarm when the last has left', () => {
    const { clock, parking, heard } = open();
    parking.park('a', STAY);
    parking.park('b', STAY);
    expect([parking.leave('a'), parking.leave('a'), parking.leave('b'), parking.leave('z')]).toEqual([
      true,
      false,
      true,
      false,
    ]);
    expect([parking.size, parking.bytes, clock.nextAt]).toEqual([0, 0, undefined]);
    clock.advance(200_000);
    expect(heard).toEqual([]);
  });

  it('counts anew from the last time that a session was parked', () => {
    const { clock, parking, heard } = open();
    parking.park('a', { ...STAY, bytes: 30 });
    clock.advance(60_000);
    parking.park('a', { ...STAY, deadline: 180_000 });
    expect([parking.size, parking.bytes]).toEqual([1, 100]);
    clock.advance(200_000);
    expect(heard).toEqual(['180000: a expires']);
  });

  it('lets 600 that were lost at once go in turns of 256, within the same second', () => {
    const { clock, parking } = open();
    const sizes: number[] = [];
    const watch = { handleAlarm: () => sizes.push(parking.size) };
    for (let session = 0; session < 600; session += 1) parking.park(`${session}`, STAY);
    clock.alarm(watch).set(120_000);
    clock.advance(120_000);
    expect(sizes).toEqual([344]);
    expect(parking.size).toBe(0);
  });

  it('lets 600 go in 3 turns that are 60 ms apart, which is no stall', () => {
    const { parking } = open();
    for (let session = 0; session < 600; session += 1) parking.park(`${session}`, STAY);
    const sizes = [120_000, 120_060, 120_120].map((now) => {
      parking.handleAlarm(now);
      return parking.size;
    });
    expect(sizes).toEqual([344, 88, 0]);
  });

  it('never keeps a process alive', () => {
    const { clock, parking } = open();
    parking.park('a', STAY);
    expect([clock.alarmsSet, clock.keepsProcess]).toEqual([1, false]);
  });
});

describe('Parking: our own stalls (L5)', () => {
  it('gives those who knocked during a stall 1,000 ms to come in', () => {
    const { clock, parking, heard } = open();
    parking.park('a', STAY);
    parking.park('b', STAY);
    clock.advance(100_000);
    clock.stall(50_000);
    expect(heard).toEqual([]);
    clock.advance(999);
    parking.leave('a');
    clock.advance(1);
    expect(heard).toEqual(['151000: b expires']);
  });

  it('gives them no more than that, though the process stalls again', () => {
    const { clock, parking, heard } = open();
    parking.park('a', STAY);
    clock.advance(119_000);
    clock.stall(2_000);
    clock.stall(2_000);
    expect(heard).toEqual(['123000: a expires']);
  });

  it('gives it again to those who are parked after the last has left', () => {
    const { clock, parking, heard } = open();
    parking.park('a', STAY);
    clock.advance(119_000);
    clock.stall(2_000);
    parking.leave('a');
    parking.park('b', { ...STAY, deadline: 130_000 });
    clock.advance(5_000);
    clock.stall(10_000);
    clock.advance(1_000);
    expect(heard).toEqual(['137000: b expires']);
  });

  it('takes a lateness of 100 ms for ordinary', () => {
    const { clock, parking, heard } = open();
    parking.park('a', STAY);
    clock.advance(119_900);
    clock.stall(200);
    expect(heard).toEqual(['120100: a expires']);
  });

  it('looks at its watch when the system has slept, and goes on waiting', () => {
    const { clock, parking, heard } = open();
    parking.park('a', STAY);
    clock.advance(60_000);
    clock.sleep(30_000);
    expect([heard, clock.nextAt]).toEqual([[], 120_000]);
    clock.advance(60_000);
    expect(heard).toEqual(['120000: a expires']);
  });
});

describe('Parking: bounds', () => {
  it('lets the longest parked go for the fourth of maxParkedSessions 3', () => {
    const { parking, heard } = open({ maxParkedSessions: 3 });
    for (const session of ['a', 'b', 'c', 'd']) parking.park(session, STAY);
    expect([heard, parking.size]).toEqual([['0: a goes for sessions'], 3]);
    parking.leave('b');
    parking.park('e', STAY);
    expect(heard.length).toBe(1);
    parking.park('f', STAY);
    expect(heard.slice(1)).toEqual(['0: c goes for sessions']);
  });

  it('lets the longest parked of an identity go for the third of maxParkedPerIdentity 2, and nobody else', () => {
    const { parking, heard } = open({ maxParkedPerIdentity: 2 });
    parking.park('x', { ...STAY, identity: 'bob' });
    for (const session of ['a', 'b', 'c']) parking.park(session, { ...STAY, identity: 'ann' });
    expect(heard).toEqual(['0: a goes for identity']);
    parking.leave('b');
    parking.park('d', { ...STAY, identity: 'ann' });
    expect(heard.length).toBe(1);
    parking.park('e', { ...STAY, identity: 'ann' });
    expect(heard.slice(1)).toEqual(['0: c goes for identity']);
  });

  it('holds 7 and "7" for two identities, and bounds nobody whose identity is undefined', () => {
    const { parking, heard } = open({ maxParkedPerIdentity: 1 });
    parking.park('a', { ...STAY, identity: 7 });
    parking.park('b', { ...STAY, identity: '7' });
    for (const session of ['c', 'd', 'e']) parking.park(session, STAY);
    expect(heard).toEqual([]);
  });

  it('lets as many go as it takes for maxParkedBytes 1,000, the longest parked first', () => {
    const { parking, heard } = open({ maxParkedBytes: 1_000 });
    for (const session of ['a', 'b', 'c']) parking.park(session, { ...STAY, bytes: 300 });
    parking.park('d', { ...STAY, bytes: 100 });
    expect([heard, parking.bytes]).toEqual([[], 1_000]);
    parking.park('e', { ...STAY, bytes: 500 });
    expect([heard, parking.bytes]).toEqual([['0: a goes for bytes', '0: b goes for bytes'], 900]);
  });

  it('lets the longest parked go when another one grows, and takes note when it shrinks', () => {
    const { parking, heard } = open({ maxParkedBytes: 1_000 });
    parking.park('a', { ...STAY, bytes: 400 });
    parking.park('b', { ...STAY, bytes: 400 });
    parking.update('a', 100);
    parking.update('b', 900);
    parking.update('z', 5_000);
    expect([heard, parking.bytes]).toEqual([[], 1_000]);
    parking.update('b', 901);
    expect([heard, parking.bytes]).toEqual([['0: a goes for bytes'], 901]);
  });

  it('lets one go by itself that is larger than all may be, whether it comes so or grows', () => {
    const { clock, parking, heard } = open({ maxParkedBytes: 1_000 });
    parking.park('a', STAY);
    parking.park('b', { ...STAY, bytes: 1_001 });
    parking.park('c', { ...STAY, bytes: 900 });
    parking.update('c', 1_001);
    expect(heard).toEqual(['0: b goes for bytes', '0: c goes for bytes']);
    expect([parking.size, parking.bytes, clock.alarmsSet]).toEqual([1, 100, 1]);
  });
});

describe('Parking: what its host does', () => {
  it('has let a session go before it tells: it can be parked anew, and 1 other let go, in the call', () => {
    const clock = new ManualClock();
    const heard: string[] = [];
    const parking: Parking<string> = new Parking(clock, ROOMY, {
      evict: () => {},
      expire: (session) => {
        heard.push(`${clock.now()}: ${session}`);
        if (session !== 'a' || clock.now() > 5_000) return;
        expect(parking.leave('a')).toBe(false);
        expect(parking.leave('b')).toBe(true);
        parking.leave('c');
        parking.park('c', { ...STAY, deadline: 7_000 });
        parking.park('a', { ...STAY, deadline: 8_000 });
      },
    });
    for (const session of ['a', 'b', 'c', 'd']) parking.park(session, { ...STAY, deadline: 5_000 });
    clock.advance(10_000);
    expect(heard).toEqual(['5000: a', '5000: d', '7000: c', '8000: a']);
    expect([parking.size, parking.bytes, clock.nextAt]).toEqual([0, 0, undefined]);
  });

  it('keeps its bounds though a session is parked, or grows, while another is evicted', () => {
    const limits = { maxParkedSessions: 2, maxParkedBytes: 1_000, maxParkedPerIdentity: 2 };
    const heard: string[] = [];
    const parking: Parking<string> = new Parking(new ManualClock(), limits, {
      evict: (session, bound) => {
        heard.push(`${session} ${bound}`);
        if (session === 'a') parking.park('again', STAY);
        if (session === 'b') parking.update('again', 950);
      },
      expire: () => {},
    });
    for (const session of ['a', 'b', 'c']) parking.park(session, STAY);
    expect(heard).toEqual(['a sessions', 'b sessions', 'c bytes']);
    expect([parking.size, parking.bytes]).toEqual([1, 950]);
  });
});
