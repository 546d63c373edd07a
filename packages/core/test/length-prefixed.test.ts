import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LengthPrefixOptions } from '../src/rules/length-prefixed.ts';
import { lengthPrefixed } from '../src/rules/length-prefixed.ts';
import type { BoundarySplitter } from '../src/rules/splitter.ts';
import { ProtocolError, SystoleError } from '../src/words/errors.ts';
import { chunksOf, concat } from './support/arbitrary-frame.ts';
import { fromHex, toHex } from './support/hex.ts';
import { holds } from './support/holds.ts';
import { bytewise, drain, splitAll } from './support/splitting.ts';

const arbitraryOptions: fc.Arbitrary<LengthPrefixOptions> = fc.record({
  width: fc.constantFrom(1, 2, 3, 4, 8),
  byteOrder: fc.constantFrom('big', 'little'),
  includesItself: fc.boolean(),
});

const message = fc.oneof(
  { weight: 9, arbitrary: fc.uint8Array({ maxLength: 100 }) },
  { weight: 1, arbitrary: fc.integer({ min: 200, max: 247 }).map((length) => new Uint8Array(length).fill(length)) },
);

/** Splits what is written in pairs of hexadecimal digits, whole and byte by byte. */
function split(options: LengthPrefixOptions, hex: string): string[] {
  const bytes = fromHex(hex);
  const [whole = [], bytes1 = []] = [[bytes], bytewise(bytes)].map((chunks) =>
    splitAll(lengthPrefixed(options).splitter(), chunks).map(toHex),
  );
  expect(bytes1).toEqual(whole);
  return whole;
}

describe('lengthPrefixed', () => {
  it.each<[LengthPrefixOptions, string]>([
    [{ width: 1 }, '02 aa bb'],
    [{ width: 2 }, '00 02 aa bb'],
    [{ width: 3 }, '00 00 02 aa bb'],
    [{ width: 4 }, '00 00 00 02 aa bb'],
    [{ width: 8 }, '00 00 00 00 00 00 00 02 aa bb'],
    [{ width: 2, byteOrder: 'little' }, '02 00 aa bb'],
    [{ width: 3, byteOrder: 'little' }, '02 00 00 aa bb'],
    [{ width: 8, byteOrder: 'little' }, '02 00 00 00 00 00 00 00 aa bb'],
    [{ width: 2, includesItself: true }, '00 04 aa bb'],
    [{ width: 4, byteOrder: 'little', includesItself: true }, '06 00 00 00 aa bb'],
  ])('frames aa bb with %j as %s', (options, hex) => {
    expect(toHex(lengthPrefixed(options).frame(fromHex('aa bb')))).toBe(hex);
    expect(split(options, hex)).toEqual(['aa bb']);
  });

  it('writes all 3 bytes of the length 66051', () => {
    const big = lengthPrefixed({ width: 3 }).frame(new Uint8Array(0x01_02_03));
    expect(toHex(big.subarray(0, 3))).toBe('01 02 03');
    const little = lengthPrefixed({ width: 3, byteOrder: 'little' }).frame(new Uint8Array(0x01_02_03));
    expect(toHex(little.subarray(0, 3))).toBe('03 02 01');
  });

  it('gives empty messages, and what follows them', () => {
    expect(split({ width: 1 }, '00 01 aa 00')).toEqual(['', 'aa', '']);
    expect(split({ width: 1, includesItself: true }, '01 02 aa 01')).toEqual(['', 'aa', '']);
  });

  it('gives back any messages with any layout, however their bytes are cut', () => {
    const messages = fc.array(message, { maxLength: 8 });
    holds(
      fc.property(arbitraryOptions, messages, fc.array(fc.nat(), { maxLength: 30 }), (options, sent, cuts) => {
        const framer = lengthPrefixed(options);
        const splitter = framer.splitter();
        expect(splitAll(splitter, chunksOf(concat(sent.map(framer.frame)), cuts))).toEqual(sent);
        expect(splitter.buffered).toBe(0);
      }),
    );
  });

  it('gives them too when chunks are pushed before the last ones are used up', () => {
    const turns = fc.array(fc.record({ cut: fc.nat(), pulls: fc.nat(3) }), { maxLength: 30 });
    holds(
      fc.property(arbitraryOptions, fc.array(message, { maxLength: 8 }), turns, (options, sent, steps) => {
        const framer = lengthPrefixed(options);
        const splitter = framer.splitter();
        const received: (Uint8Array | undefined)[] = [];
        const chunks = chunksOf(
          concat(sent.map(framer.frame)),
          steps.map(({ cut }) => cut),
        );
        for (const [index, chunk] of chunks.entries()) {
          splitter.push(chunk);
          for (let i = 0; i < (steps[index]?.pulls ?? 0); i += 1) received.push(splitter.next());
        }
        received.push(...drain(splitter));
        expect(received.filter((one) => one !== undefined)).toEqual(sent);
      }),
    );
  });

  it('reads any bytes at all, holds no more than a message of 50 and its length, and fails with ProtocolError only', () => {
    const options = arbitraryOptions.map((some) => ({ ...some, maxBytes: 50 }));
    const bytes = fc.array(fc.oneof(fc.nat(60), fc.nat(3), fc.nat(255)), { maxLength: 300 });
    holds(
      fc.property(options, bytes, fc.array(fc.nat(), { maxLength: 20 }), (some, values, cuts) => {
        const splitter = lengthPrefixed(some).splitter() as BoundarySplitter;
        for (const chunk of chunksOf(Uint8Array.from(values), cuts)) {
          try {
            splitter.push(chunk);
            for (const one of drain(splitter)) expect(one.length).toBeLessThanOrEqual(50);
          } catch (error) {
            expect(error).toBeInstanceOf(ProtocolError);
            expect(splitter.buffered).toBe(0);
          }
          expect(splitter.buffered).toBeLessThan(50 + some.width);
          expect(splitter.allocated).toBeLessThanOrEqual(Math.max(32, 50 + some.width));
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('takes 32 bytes, not a gibibyte, for a length that promises a gibibyte', () => {
    const splitter = lengthPrefixed({ width: 8, maxBytes: 2 ** 30 }).splitter() as BoundarySplitter;
    splitter.push(fromHex('00 00 00 00 40 00 00 00'));
    expect(splitter.next()).toBeUndefined();
    expect(splitter.buffered).toBe(8);
    expect(splitter.allocated).toBe(32);
  });
});

describe('the limits of lengthPrefixed', () => {
  it.each<[string, LengthPrefixOptions, string, string]>([
    ['101 where 100 is the limit', { width: 2, maxBytes: 100 }, '00 65', '101 bytes, over the limit of 100'],
    [
      '101 with a field of 2 in it',
      { width: 2, maxBytes: 98, includesItself: true },
      '00 65',
      '99 bytes, over the limit of 98',
    ],
    ['1 MiB + 1 by default', { width: 4 }, '00 10 00 01', '1048577 bytes, over the limit of 1048576'],
    ['2^53-1', { width: 8 }, '00 1f ff ff ff ff ff ff', '9007199254740991 bytes, over the limit'],
    ['2^53', { width: 8 }, '00 20 00 00 00 00 00 00', 'more than 2^53-1 bytes, over the limit'],
    ['2^64-1', { width: 8 }, 'ff ff ff ff ff ff ff ff', 'more than 2^53-1 bytes, over the limit'],
    ['2^63', { width: 8, byteOrder: 'little' }, '00 00 00 00 00 00 00 80', 'more than 2^53-1 bytes, over the limit'],
    [
      '3 that is to include 4',
      { width: 4, includesItself: true },
      '00 00 00 03',
      'the length 3, which is to include its own field of 4 bytes',
    ],
    [
      '0 that is to include 1',
      { width: 1, includesItself: true },
      '00',
      'the length 0, which is to include its own field of 1 bytes',
    ],
  ])('refuse a length of %s, before the message comes', (_what, options, hex, text) => {
    const refused = () => split(options, hex);
    expect(refused).toThrow(ProtocolError);
    expect(refused).toThrow(text);
    expect(() => splitAll(lengthPrefixed(options).splitter(), bytewise(fromHex(hex)))).toThrow(text);
  });

  it('admit a message of exactly 100 bytes where 100 is the limit, and frame none of 101', () => {
    const framer = lengthPrefixed({ width: 2, maxBytes: 100 });
    expect(splitAll(framer.splitter(), [framer.frame(new Uint8Array(100))])[0]?.length).toBe(100);
    expect(() => framer.frame(new Uint8Array(101))).toThrow(
      new SystoleError('ERR_TOO_LARGE', 'the message has 101 bytes, over the limit of 100'),
    );
  });

  it('are what the width can tell: 255 bytes for a width of 1, and 254 if the length includes itself', () => {
    const framer = lengthPrefixed({ width: 1 });
    expect(splitAll(framer.splitter(), [framer.frame(new Uint8Array(255))])[0]?.length).toBe(255);
    expect(() => framer.frame(new Uint8Array(256))).toThrow('the message has 256 bytes, over the limit of 255');
    const counting = lengthPrefixed({ width: 1, includesItself: true });
    expect(counting.frame(new Uint8Array(254))[0]).toBe(255);
    expect(() => counting.frame(new Uint8Array(255))).toThrow('over the limit of 254');
  });
});

describe('the options of lengthPrefixed', () => {
  it.each<[unknown, string]>([
    [undefined, 'options must be an object, got undefined'],
    [{}, 'width must be given, got undefined'],
    [{ width: 5 }, 'width must be 1, 2, 3, 4 or 8, got 5'],
    [{ width: 2, byteOrder: 'network' }, "byteOrder must be 'big' or 'little', got \"network\""],
    [{ width: 2, maxBytes: 0 }, 'maxBytes must be a whole number from 1 to 1073741824, got 0'],
    [
      { width: 2, maxBytes: 65_536 },
      'maxBytes must be at most 65535, the largest message that the width can tell, got 65536',
    ],
    [{ width: 2, maxBytes: 65_534, includesItself: true }, 'maxBytes must be at most 65533, the largest message'],
    [{ width: 2, includesItself: 1 }, 'includesItself must be true or false, got 1'],
    [{ width: 2, limit: 9 }, 'limit must be left out (there is no such option), got a number'],
    [{ width: 0, byteOrder: 1, maxBytes: 0.5 }, 'width must be 1, 2, 3, 4 or 8, got 0; byteOrder must be'],
  ])('%j are refused', (options, text) => {
    expect(() => lengthPrefixed(options as LengthPrefixOptions)).toThrow(text);
  });
});
