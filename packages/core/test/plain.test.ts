import { describe, expect, it } from 'vitest';
import { findForeign, requirePlainMsgpack } from '../src/rules/plain.ts';
import { fromHex } from './support/hex.ts';

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
    ['something nested 129 deep', nested(129), `${'[0]'.repeat(128)} is nested more than 128 deep`],
  ])('finds %s, and says where', (_what, value, found) => {
    expect(findForeign(value)).toBe(found);
    if (!found.includes('nested')) {
      expect(findForeign({ items: [0, { at: value }] })).toBe(`.items[1].at${found}`);
    }
  });

  it('ends on a cycle', () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    expect(findForeign(cycle)).toContain('is nested more than 128 deep');
  });
});

describe('requirePlainMsgpack', () => {
  it.each([
    ['small integers', '93 00 7f e0'],
    ['nil, false, true', '93 c0 c2 c3'],
    ['unsigned integers', '94 cc ff cd ff ff ce ff ff ff ff cf ff ff ff ff ff ff ff ff'],
    ['signed integers', '94 d0 80 d1 80 00 d2 80 00 00 00 d3 80 00 00 00 00 00 00 00'],
    ['floats', '92 ca 00 00 00 00 cb 00 00 00 00 00 00 00 00'],
    ['strings', '94 a1 61 d9 01 61 da 00 01 61 db 00 00 00 01 61'],
    ['binary data', '93 c4 01 ff c5 00 01 ff c6 00 00 00 01 ff'],
    ['arrays', '93 90 dc 00 01 c0 dd 00 00 00 01 c0'],
    ['maps', '93 81 01 02 de 00 01 01 02 df 00 00 00 01 01 02'],
    [
      'an array of 15, a map of 15, a string of 31',
      `93 9f ${'01'.repeat(15)} 8f ${'0102'.repeat(15)} bf ${'61'.repeat(31)}`,
    ],
    ['bytes of extension types inside a string', 'a2 d4 c7'],
  ])('accepts %s', (_what, hex) => {
    requirePlainMsgpack(fromHex(hex));
  });

  it.each(['c1', 'c7 01 01 00', 'c8', 'c9', 'd4 01 00', 'd5', 'd6', 'd7', 'd8'])('refuses the format %s', (hex) => {
    expect(() => requirePlainMsgpack(fromHex(hex))).toThrow(`0x${hex.slice(0, 2)} at byte 0 is not accepted`);
    expect(() => requirePlainMsgpack(fromHex(`81 a1 61 91 ${hex}`))).toThrow('at byte 4 is not accepted');
  });

  it.each([
    ['nothing', ''],
    ['an integer', 'cf 00'],
    ['a string', 'a5 61'],
    ['a length', 'da 00'],
    ['binary data', 'c6 ff ff ff ff 00'],
    ['an array that claims 2^32-1 items', 'dd ff ff ff ff 00'],
    ['a map that claims 2^32-1 entries', 'df ff ff ff ff 00'],
  ])('refuses %s that ends early', (_what, hex) => {
    expect(() => requirePlainMsgpack(fromHex(hex))).toThrow('ends early');
  });

  it('refuses 2 bytes behind the value', () => {
    expect(() => requirePlainMsgpack(fromHex('01 02 03'))).toThrow('2 bytes follow the MessagePack value');
  });

  it('accepts 128 arrays within each other and refuses 129', () => {
    requirePlainMsgpack(fromHex(`${'91 '.repeat(128)} c0`));
    expect(() => requirePlainMsgpack(fromHex(`${'91 '.repeat(129)} c0`))).toThrow('nested more than 128 deep');
    expect(() => requirePlainMsgpack(new Uint8Array(1_000_000).fill(0x91))).toThrow('nested more than 128 deep');
  });
});
