import { describe, expect, it } from 'vitest';
import { requirePlainMsgpack } from '../src/rules/plain-msgpack.ts';
import { fromHex } from './support/hex.ts';

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
    ['keys of every format of text', '84 a1 61 01 d9 01 62 01 da 00 01 63 01 db 00 00 00 01 64 01'],
    ['maps', '93 81 a1 61 02 de 00 01 a1 61 02 df 00 00 00 01 a1 61 02'],
    [
      'an array of 15, a map of 15, a string of 31',
      `93 9f ${'01'.repeat(15)} 8f ${'a002'.repeat(15)} bf ${'61'.repeat(31)}`,
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
    ['a map that claims 2^32-1 entries', 'df ff ff ff ff a0 00'],
    ['binary data that claims 255 bytes', 'c4 ff 00'],
    ['binary data that claims 65,535 bytes', 'c5 ff ff 00'],
    ['text that claims 31 bytes', 'bf 61'],
    ['text that claims 255 bytes', 'd9 ff 61'],
    ['text that claims 65,535 bytes', 'da ff ff 61'],
    ['text that claims 2^32-1 bytes', 'db ff ff ff ff 61'],
    ['a key that claims 2^32-1 bytes', '81 db ff ff ff ff 61'],
    ['an array that claims 15 items', '9f 00'],
    ['an array that claims 65,535 items', 'dc ff ff 00'],
    ['a map that claims 15 entries', '8f a0 00'],
    ['a map that claims 65,535 entries', 'de ff ff a0 00'],
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

  it('looks at less than 10 bytes where a map in 16 KiB claims 2^32-1 entries', () => {
    let looks = 0;
    const bytes = new Uint8Array(16_384).fill(0xa0);
    bytes.set(fromHex('df ff ff ff ff'));
    const watched = new Proxy(bytes, {
      get: (target, name) => {
        looks += 1;
        return Reflect.get(target, name, target) as unknown;
      },
    });
    expect(() => requirePlainMsgpack(watched)).toThrow('ends early');
    expect(looks).toBeLessThan(10);
  });

  it.each([
    ['an integer', '81 01 00'],
    ['nil', '81 c0 00'],
    ['true', '81 c3 00'],
    ['a double', '81 cb 00 00 00 00 00 00 00 00 00'],
    ['binary data', '81 c4 01 61 00'],
    ['an array', '81 90 00'],
    ['a map', '81 80 00'],
    ['an integer, in the second entry of a larger map', 'de 00 02 a1 61 00 05 00'],
  ])('refuses %s as a key', (_what, hex) => {
    expect(() => requirePlainMsgpack(fromHex(hex))).toThrow('is not text');
    expect(() => requirePlainMsgpack(fromHex(`92 c0 ${hex}`))).toThrow('is not text');
  });

  it.each([
    ['nil', 'c0', 8],
    ['a text of 31 bytes', `bf ${'61'.repeat(31)}`, 8],
    ['an empty array', '90', 8 + 48],
    ['an array of 3 numbers', '93 01 02 03', 8 + 48 + 3 * 8],
    ['an empty map', '80', 8 + 56],
    ['a map of 2 entries', '82 a1 61 01 a1 62 c0', 8 + 56 + 2 * (40 + 8)],
    ['2 empty byte arrays in an array', '92 c4 00 c5 00 00', 8 + 48 + 2 * (8 + 192)],
    ['a map in a map', '81 a1 61 80', 8 + 56 + 40 + 8 + 56],
  ])('weighs %s', (_what, hex, weight) => {
    expect(requirePlainMsgpack(fromHex(hex)).weight).toBe(weight);
    expect(requirePlainMsgpack(fromHex(`91 ${hex}`)).weight).toBe(weight + 48 + 8);
  });

  it.each([
    ['10', 'a2 31 30', true],
    ['9999', 'a4 39 39 39 39', true],
    ['999, with a longer head than it needs', 'd9 03 39 39 39', true],
    ['999, with the longest head', 'db 00 00 00 03 39 39 39', true],
    ['9: such a list is short', 'a1 39', false],
    ['10000: too high for a list', 'a5 31 30 30 30 30', false],
    ['2026-11-22', 'aa 32 30 32 36 2d 31 31 2d 32 32', false],
    ['x99', 'a3 78 39 39', false],
    ['an empty text', 'a0', false],
  ])('says of the key %s whether it looks like an index', (_what, hex, looksSo) => {
    expect(requirePlainMsgpack(fromHex(`82 a1 61 01 ${hex} 01`)).hasIndexKeys).toBe(looksSo);
    expect(requirePlainMsgpack(fromHex(`91 ${hex}`)).hasIndexKeys).toBe(false);
  });
});
