import { describe, expect, it } from 'vitest';
import { findForeign } from '../src/rules/plain.ts';

class Order {
  readonly id = 1;
}

/** A value in 128 or more arrays. */
const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);

describe('findForeign', () => {
  it.each<[string, unknown]>([
    ['null', null],
    ['undefined', undefined],
    ['a boolean', true],
    ['a number', 1.5],
    ['a bigint', 5n],
    ['a string', 'x'],
    ['a Uint8Array', new Uint8Array(3)],
    ['a Buffer', Buffer.alloc(3)],
    ['an object without a prototype', Object.assign(Object.create(null), { a: 1 })],
    ['an object with a property named constructor', { constructor: 3, toJSON: 'x', hasOwnProperty: 1 }],
    ['all of it nested 128 deep', nested(128)],
  ])('finds nothing foreign in %s', (_what, value) => {
    expect(findForeign(value)).toBeUndefined();
    expect(findForeign({ a: [value] }, -2)).toBeUndefined();
  });

  it.each<[string, unknown, string]>([
    ['a function', () => 1, ' is a function'],
    ['a symbol', Symbol('x'), ' is a symbol'],
    ['a Date', new Date(0), ' is an instance of Date'],
    ['an Error', new Error('x'), ' is an instance of Error'],
    ['a Map', new Map(), ' is an instance of Map'],
    ['a Set', new Set(), ' is an instance of Set'],
    ['a RegExp', /x/, ' is an instance of RegExp'],
    ['a Promise', Promise.resolve(), ' is an instance of Promise'],
    ['an ArrayBuffer', new ArrayBuffer(1), ' is an instance of ArrayBuffer'],
    ['a DataView', new DataView(new ArrayBuffer(1)), ' is an instance of DataView'],
    // msgpackr would send memory that was never written: 8 bytes an item announced, 1 written.
    ['a Float64Array', new Float64Array(1), ' is an instance of Float64Array'],
    ['an Int8Array', new Int8Array(1), ' is an instance of Int8Array'],
    ['an object of a class', new Order(), ' is an instance of Order'],
    ['an object of a class without a name', new (class {})(), ' is an instance of a class'],
    [
      'an object that has no constructor',
      Object.create(Object.create(Object.create(null))),
      ' is an instance of a class',
    ],
    ['something nested 129 deep', nested(129), `${'[0]'.repeat(16)} ... is nested more than 128 deep, or in a circle`],
    ['a bigint of 65 bits', 2n ** 64n, ' is a bigint of more than 64 bits'],
    ['a negative bigint of 65 bits', -(2n ** 63n) - 1n, ' is a bigint of more than 64 bits'],
  ])('finds %s, and says where', (_what, value, found) => {
    expect(findForeign(value)).toBe(found);
    if (!found.includes('nested')) {
      expect(findForeign({ items: [0, { at: value }] })).toBe(`.items[1].at${found}`);
    }
  });

  it('ends in a circle, and writes down 16 steps of it', () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    expect(findForeign(cycle)).toBe(`${'.self'.repeat(16)} ... is nested more than 128 deep, or in a circle`);
  });
});
