import * as fc from 'fast-check';
import { Packr } from 'msgpackr';
import { describe, expect, it } from 'vitest';
import { msgpackCodec } from '../src/rules/msgpack-codec.ts';
import { fromHex, toHex } from './support/hex.ts';
import { holds } from './support/holds.ts';

const codec = msgpackCodec();

/** Anything plain, without what changes on the way: undefined, -0, bigints that fit into a number, and the key `__proto__`. */
const plain = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, false),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.double().map((n) => (Object.is(n, -0) ? 0 : n)),
    fc.bigInt({ min: 2n ** 53n + 1n, max: 2n ** 64n - 1n }),
    fc.bigInt({ min: -(2n ** 63n), max: -(2n ** 53n) - 1n }),
    fc.string({ unit: 'grapheme', maxLength: 80 }),
    fc.uint8Array({ maxLength: 300 }),
    fc.array(tie('value'), { maxLength: 20 }),
    fc.dictionary(
      fc.string().filter((key) => key !== '__proto__'),
      tie('value'),
      { maxKeys: 20 },
    ),
  ),
})).value;

describe('msgpackCodec', () => {
  it('is named msgpack', () => {
    expect(codec.name).toBe('msgpack');
  });

  it('decodes what it encoded, for every plain message', () => {
    holds(
      fc.property(plain, (message) => {
        expect(codec.decode(codec.encode(message))).toEqual(message);
      }),
    );
  });

  it('writes plain MessagePack with the smallest heads', () => {
    expect(toHex(codec.encode({ a: 1, b: [null, 'x', 300], c: Uint8Array.of(7) }))).toBe(
      '83 a1 61 01 a1 62 93 c0 a1 78 cd 01 2c a1 63 c4 01 07',
    );
  });

  it('takes properties named like methods for what they are', () => {
    const message = { constructor: 3, toJSON: 'x', hasOwnProperty: 1, length: 2 };
    expect(codec.decode(codec.encode(message))).toEqual(message);
  });

  it('writes U+FFFD for half a surrogate pair', () => {
    expect(codec.decode(codec.encode(`${'x'.repeat(100)}\u{d83d}`))).toBe(`${'x'.repeat(100)}\u{fffd}`);
    expect(codec.decode(codec.encode('\u{d83d}'))).toMatch(/^\u{fffd}+$/u);
  });

  it('encodes 70,000 keys', () => {
    const message = Object.fromEntries(Array.from({ length: 70_000 }, (_, index) => [`k${index}`, index]));
    expect(codec.decode(codec.encode(message))).toEqual(message);
  });

  it('leaves out a property that is undefined, and writes null for undefined elsewhere', () => {
    expect(codec.decode(codec.encode({ a: undefined, b: [undefined] }))).toEqual({ b: [null] });
    expect(codec.decode(codec.encode(undefined))).toBeNull();
  });

  it.each<[bigint, number | bigint]>([
    [5n, 5],
    [2n ** 53n, 2 ** 53],
    [2n ** 53n + 1n, 2n ** 53n + 1n],
    [-(2n ** 63n), -(2n ** 63n)],
    [2n ** 64n - 1n, 2n ** 64n - 1n],
  ])('sends %d and gives %d', (sent, given) => {
    expect(codec.decode(codec.encode(sent))).toBe(given);
  });

  it('throws for a bigint of 65 bits, and says where it is', () => {
    expect(() => codec.encode({ at: 2n ** 64n })).toThrow('message.at is a bigint of more than 64 bits; it must be');
  });

  it.each<[string, unknown, string]>([
    ['a Date', { at: new Date(0) }, 'message.at is an instance of Date; it must be made of plain objects'],
    [
      'a Float64Array, whose memory msgpackr would leak',
      [new Float64Array(2)],
      'message[0] is an instance of Float64Array',
    ],
    ['a function', () => 1, 'message is a function'],
  ])('throws TypeError for %s', (_what, message, text) => {
    expect(() => codec.encode(message)).toThrow(TypeError);
    expect(() => codec.encode(message)).toThrow(text);
  });

  it('encodes on after a message that failed', () => {
    expect(() => codec.encode({ a: 'x', b: 2n ** 64n })).toThrow();
    expect(toHex(codec.encode({ a: 1 }))).toBe('81 a1 61 01');
  });

  it('encodes into the memory that it is given, to its last byte', () => {
    for (const message of [new Uint8Array(500).fill(7), { a: 'x'.repeat(500), b: [1, 2, 3] }]) {
      const given: Uint8Array[] = [];
      const memory = (length: number) => {
        const bytes = new Uint8Array(length).fill(0xff);
        given.push(bytes);
        return bytes;
      };
      expect(codec.encode(message, memory)).toBe(given[0]);
      expect([given.length, given[0]]).toEqual([1, codec.encode(message)]);
    }
  });

  it('keeps 1,000 encoded messages of 10 to 10,009 bytes intact while it encodes others', () => {
    const messages = Array.from({ length: 1_000 }, (_, index) => ({ index, text: 'x'.repeat(index * 10) }));
    const encoded = messages.map((message) => codec.encode(message));
    expect(encoded.map((bytes) => codec.decode(bytes))).toEqual(messages);
  });

  it('gives out memory of at most 8 KiB besides the message itself', () => {
    codec.encode('x'.repeat(1_000_000));
    expect(codec.encode({ a: 'x'.repeat(100) }).buffer.byteLength).toBeLessThanOrEqual(8_192);
    const large = codec.encode({ a: 'x'.repeat(100_000) });
    expect(large.buffer.byteLength).toBe(large.length);
  });

  it.each([
    [0, 'c4 00'],
    [255, 'c4 ff'],
    [256, 'c5 01 00'],
    [65_535, 'c5 ff ff'],
    [65_536, 'c6 00 01 00 00'],
    [70_000, 'c6 00 01 11 70'],
  ])('encodes a message of %i bytes and nothing else as msgpackr would, behind %s', (length, head) => {
    const message = new Uint8Array(length).map((_, index) => index % 256);
    const encoded = codec.encode(message);
    expect(toHex(encoded.subarray(0, encoded.length - length))).toBe(head);
    expect(Buffer.from(encoded).equals(Buffer.from(new Packr().pack(message)))).toBe(true);
    const decoded = codec.decode(encoded) as Uint8Array;
    expect(Object.getPrototypeOf(decoded)).toBe(Uint8Array.prototype);
    expect(decoded.buffer).not.toBe(encoded.buffer);
    expect(Buffer.from(decoded).equals(Buffer.from(message))).toBe(true);
  });

  it('reads the second of two small messages without touching the first', () => {
    const first = codec.decode(codec.encode({ text: 'first', blob: Uint8Array.of(1, 2, 3) }));
    codec.decode(codec.encode({ text: 'other', blob: Uint8Array.of(9, 9, 9) }));
    expect(first).toEqual({ text: 'first', blob: Uint8Array.of(1, 2, 3) });
  });

  it('gives binary data with memory of its own', () => {
    const bytes = codec.encode({ blob: new Uint8Array(5_000) });
    const { blob } = codec.decode(bytes) as { blob: Uint8Array };
    bytes.fill(9);
    expect(blob).toEqual(new Uint8Array(5_000));
    expect(blob.buffer.byteLength).toBe(5_000);
  });

  it.each([
    ['an Error', 'c7 0a 65 92 a5 45 72 72 6f 72 a1 61'],
    ['an Error as msgpackr writes it', 'd4 65 00 92 a5 45 72 72 6f 72 a1 61'],
    ['a RegExp', 'd4 78 00 92 a1 61 a0'],
    ['a Set', 'd4 73 00 90'],
    ['a typed array', 'c7 03 74 01 ff'],
    ['a timestamp', 'd6 ff 00 00 00 00'],
    ['undefined', 'd4 00 00'],
    ['a bigint of any size', 'c7 09 42 01 00 00 00 00 00 00 00 00'],
    ['a record definition, which msgpackr compiles', '92 d4 72 40 91 a1 61 01 40 02'],
    ['a record definition of 2 bytes', 'd5 72 40 00 91 a1 61 01'],
    ['bundled strings', 'd6 62 00 00 00 05 c1 01 a0 a1 61'],
    ['a reference', 'd6 69 00 00 00 01 90'],
    ['the byte that is never used', 'c1'],
    ['an extension nobody knows', 'd4 11 00'],
  ])('refuses %s that a peer has sent', (_what, hex) => {
    expect(() => codec.decode(fromHex(hex))).toThrow('is not accepted');
    expect(() => codec.decode(fromHex(`91 ${hex}`))).toThrow('is not accepted');
  });

  it.each([
    ['a short key', '81 a9 5f 5f 70 72 6f 74 6f 5f 5f 81 a1 78 01'],
    ['a long key', '81 d9 09 5f 5f 70 72 6f 74 6f 5f 5f 81 a1 78 01'],
  ])('pollutes no prototype by %s __proto__', (_what, hex) => {
    const decoded = codec.decode(fromHex(hex)) as Record<string, unknown>;
    expect(Object.getPrototypeOf(decoded)).toBe(Object.prototype);
    expect(decoded).toEqual({ __proto_: { x: 1 } });
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  it('takes constructor, toString and hasOwnProperty of a peer for keys like others', () => {
    const decoded = codec.decode(codec.encode({ constructor: 1, toString: 2, hasOwnProperty: { valueOf: 3 } }));
    expect(decoded).toEqual({ constructor: 1, toString: 2, hasOwnProperty: { valueOf: 3 } });
    expect(String({})).toBe('[object Object]');
  });

  it.each([
    ['a short message', '83 a1 61 01 a1 62 02 a1 61 03'],
    ['a message with a key that looks like an index', '84 a1 61 01 a1 62 02 a1 61 03 a2 31 30 04'],
  ])('counts the last value of a key that comes twice, in %s', (_what, hex) => {
    expect(codec.decode(fromHex(hex))).toMatchObject({ a: 3, b: 2 });
  });

  it('decodes keys that look like indexes as it does others, and in the order of JavaScript', () => {
    const message = { b: 1, 999: { 10: [], __proto_: 2 }, a: [{ 4095: null }, new Uint8Array(3), 2n ** 60n], 10: 'x' };
    const decoded = codec.decode(codec.encode(message));
    expect(decoded).toEqual(message);
    expect(Object.keys(decoded as object)).toEqual(['10', '999', 'b', 'a']);
    const polluting = codec.decode(fromHex('82 a2 31 30 01 a9 5f 5f 70 72 6f 74 6f 5f 5f 81 a1 78 01'));
    expect(polluting).toEqual({ 10: 1, __proto_: { x: 1 } });
    expect(Object.getPrototypeOf(polluting)).toBe(Object.prototype);
    expect(codec.encode(polluting)).toHaveLength(18);
  });

  it('decodes NaN and Infinity as what they are', () => {
    expect(codec.decode(fromHex('93 cb 7f f8 00 00 00 00 00 00 cb 7f f0 00 00 00 00 00 00 ca ff 80 00 00'))).toEqual([
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ]);
  });

  it.each([
    ['a lone continuation byte', 'a3 61 80 62'],
    ['a text that ends within a character', 'a3 61 e2 82'],
    ['half a surrogate pair', 'a3 ed a0 bd'],
    ['a byte that UTF-8 never has', 'a2 ff fe'],
    ['a digit in more bytes than it needs', 'a2 c0 b9'],
    ['a long one', `d9 c8 ${'61'.repeat(199)} ff`],
  ])('repairs %s, and encodes it again', (_what, hex) => {
    const decoded = codec.decode(fromHex(hex));
    expect(decoded).toContain('\u{fffd}');
    expect(codec.decode(fromHex(`81 ${hex} 01`))).toEqual({ [String(decoded)]: 1 });
    expect(typeof codec.decode(codec.encode(decoded))).toBe('string');
  });

  /** An array of `count` values of these bytes. */
  const arrayOf = (count: number, hex: string): Uint8Array => {
    const item = fromHex(hex);
    const bytes = new Uint8Array(5 + count * item.length);
    new DataView(bytes.buffer).setUint32(1, count);
    bytes[0] = 0xdd;
    for (let at = 5; at < bytes.length; at += item.length) bytes.set(item, at);
    return bytes;
  };

  it('decodes a value that weighs 4 MiB, however few bytes it has, and refuses 64 bytes more', () => {
    // 65,535 empty maps of 64 each, and 64 for the array itself, one number in it included.
    const light = arrayOf(65_535, '80');
    expect(codec.decode(light)).toHaveLength(65_535);
    expect(() => codec.decode(arrayOf(65_536, '80'))).toThrow(
      'would take 4194360 bytes of memory, over the limit of 4194304',
    );
    expect(codec.decode(fromHex('81 a1 61 01'))).toEqual({ a: 1 });
  });

  it('decodes 200,000 arrays that hold one number, or an array of one, and refuses as many empty ones', () => {
    expect(codec.decode(arrayOf(200_000, '91 01'))).toHaveLength(200_000);
    expect(codec.decode(arrayOf(200_000, '91 91 01'))).toHaveLength(200_000);
    expect(() => codec.decode(arrayOf(200_000, '90'))).toThrow(
      'of 200005 bytes would take 11200056 bytes of memory, over the limit of 9600240',
    );
  });

  it('decodes a MiB of numbers, of which each has a byte', () => {
    expect(codec.decode(arrayOf(1_048_571, '01'))).toHaveLength(1_048_571);
  });

  it.each([
    ['no bytes', ''],
    ['half a map', '82 a1 61 01'],
    ['a map within a key', '81 80 01'],
    ['an integer as a key', '81 01 00'],
    ['an integer as a key, beside a key that looks like an index', '82 a3 39 39 39 c0 01 00'],
    ['2 values', '01 02'],
    ['100,000 arrays within each other', '91'.repeat(100_000)],
  ])('throws for %s, and decodes on', (_what, hex) => {
    expect(() => codec.decode(fromHex(hex))).toThrow();
    expect(codec.decode(fromHex('81 a1 61 01'))).toEqual({ a: 1 });
  });

  it('throws or decodes, for any bytes', () => {
    holds(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        let message: unknown;
        try {
          message = codec.decode(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
          return;
        }
        expect(() => codec.encode(message)).not.toThrow();
      }),
      { numRuns: 1_000 },
    );
  });
});
