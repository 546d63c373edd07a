import { describe, expect, it } from 'vitest';
import { Rotation } from '../src/rotation.ts';

const A = { host: 'a', port: 1 };
const B = { host: 'b', port: 1 };
const C = { path: '/c' };

describe('Rotation', () => {
  it('gives each of 3 addresses once an attempt, and begins the next behind the last one tried', () => {
    const rotation = new Rotation([A, B, C]);
    rotation.begin();
    expect([rotation.next(0), rotation.next(0)]).toEqual([A, B]);
    rotation.begin();
    expect([rotation.next(0), rotation.next(0), rotation.next(0), rotation.next(0)]).toEqual([C, A, B, undefined]);
  });

  it('gives nothing before an attempt has begun', () => {
    expect(new Rotation([A]).next(0)).toBeUndefined();
  });

  it('passes over an address whose server wants to be tried at 5,000, until then', () => {
    const rotation = new Rotation([A, B]);
    rotation.postpone(A, 5_000);
    rotation.begin();
    expect([rotation.next(4_999), rotation.next(4_999)]).toEqual([B, undefined]);
    rotation.begin();
    expect([rotation.next(5_000), rotation.next(5_000)]).toEqual([A, B]);
  });

  it('may begin at once while 1 of 2 has not asked to wait, and else at the earlier of their times', () => {
    const rotation = new Rotation([A, B]);
    rotation.postpone(A, 5_000);
    expect(rotation.earliestAt).toBe(Number.NEGATIVE_INFINITY);
    rotation.postpone(B, 3_000);
    expect(rotation.earliestAt).toBe(3_000);
  });
});
