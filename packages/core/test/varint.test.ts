import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readVarint, varintSize, varintSizeFrom, writeVarint } from '../src/rules/varint.ts';
import { ProtocolError } from '../src/words/errors.ts';
import { counter } from './support/arbitrary-frame.ts';
import { fromHex, toHex } from './support/hex.ts';
import { holds } from './support/holds.ts';

function encode(n: number): Uint8Array {
  const bytes = new Uint8Array(varintSize(n));
  expect(writeVarint(bytes, 0, n)).toBe(bytes.length);
  return bytes;
}

describe('a varint', () => {
  it.each([
    // RFC 9000, appendix A.1
    [37, '25'],
    [15_293, '7b bd'],
    [494_878_333, '9d 7f 3e 7d'],
    // the borders of each size
    [0, '00'],
    [63, '3f'],
    [64, '40 40'],
    [16_383, '7f ff'],
    [16_384, '80 00 40 00'],
    [1_073_741_823, 'bf ff ff ff'],
    [1_073_741_824, 'c0 00 00 00 40 00 00 00'],
    [Number.MAX_SAFE_INTEGER, 'c0 1f ff ff ff ff ff ff'],
  ])('writes and reads %i as %s', (n, hex) => {
    expect(toHex(encode(n))).toBe(hex);
    expect(readVarint(fromHex(hex), 0)).toBe(n);
  });

  it.each([
    ['the sample 151288809941952652 of RFC 9000, which is above 2^53-1', 'c2 19 7c 5e ff 14 e8 8c', 'above 2^53-1'],
    ['2^53', 'c0 20 00 00 00 00 00 00', 'above 2^53-1'],
    ['2^62-1', 'ff ff ff ff ff ff ff ff', 'above 2^53-1'],
    ['37 in 2 bytes', '40 25', 'the number 37 takes 2 bytes'],
    ['63 in 4 bytes', '80 00 00 3f', 'the number 63 takes 4 bytes'],
    ['16383 in 4 bytes', '80 00 3f ff', 'the number 16383 takes 4 bytes'],
    ['1073741823 in 8 bytes', 'c0 00 00 00 3f ff ff ff', 'the number 1073741823 takes 8 bytes'],
    ['nothing', '', 'ends early'],
    ['1 byte of 2', '7b', 'ends early'],
    ['3 bytes of 4', '9d 7f 3e', 'ends early'],
    ['7 bytes of 8', 'c0 1f ff ff ff ff ff', 'ends early'],
  ])('does not read %s', (_what, hex, message) => {
    const read = () => readVarint(fromHex(hex), 0);
    expect(read).toThrow(ProtocolError);
    expect(read).toThrow(message);
  });

  it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('refuses to write %d', (n) => {
    expect(() => varintSize(n)).toThrow(RangeError);
    expect(() => writeVarint(new Uint8Array(8), 0, n)).toThrow(RangeError);
  });

  it('reads back every number from 0 to 2^53-1, at any offset', () => {
    holds(
      fc.property(counter, fc.nat(5), (n, offset) => {
        const bytes = new Uint8Array(offset + 8).fill(0xff);
        const end = writeVarint(bytes, offset, n);
        expect(end - offset).toBe(varintSize(n));
        expect(varintSizeFrom(bytes[offset] ?? 0)).toBe(varintSize(n));
        expect(readVarint(bytes, offset)).toBe(n);
        expect(bytes.subarray(end).every((byte) => byte === 0xff)).toBe(true);
      }),
    );
  });

  it('writes what it reads: there is 1 form of each number', () => {
    holds(
      fc.property(fc.uint8Array({ minLength: 8, maxLength: 8 }), (bytes) => {
        let n: number;
        try {
          n = readVarint(bytes, 0);
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
          return;
        }
        expect(toHex(encode(n))).toBe(toHex(bytes.subarray(0, varintSize(n))));
      }),
    );
  });
});
