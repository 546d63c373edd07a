import { describe, expect, it } from 'vitest';
import { delimited } from '../src/rules/delimited.ts';
import { lengthPrefixed } from '../src/rules/length-prefixed.ts';
import type { Boundary } from '../src/rules/splitter.ts';
import { BoundarySplitter } from '../src/rules/splitter.ts';
import { ProtocolError } from '../src/words/errors.ts';
import { bytewise, drain, splitAll, thrownBy } from './support/splitting.ts';

/** Messages of so many bytes, with a byte before and two behind each; notes how many bytes it was shown. */
class CountingBoundary implements Boundary {
  readonly before = 1;
  readonly behind = 2;
  readonly mostBytes: number;
  shown = 0;
  #seen = 0;

  constructor(messageBytes: number) {
    this.mostBytes = 1 + messageBytes + 2;
  }

  findEnd(bytes: Uint8Array, start: number): number | undefined {
    const end = Math.min(start + this.mostBytes - this.#seen, bytes.length);
    this.shown += end - start;
    this.#seen += end - start;
    if (this.#seen < this.mostBytes) return undefined;
    this.#seen = 0;
    return end;
  }
}

describe('BoundarySplitter', () => {
  it('shows its boundary each of 1 MiB bytes once that come one by one, and grows 9 times for them', () => {
    const boundary = new CountingBoundary(1_048_576);
    const splitter = new BoundarySplitter(boundary);
    const byte = Uint8Array.of(7);
    const sizes = new Set<number>();
    for (let i = 1; i < boundary.mostBytes; i += 1) {
      splitter.push(byte);
      if (splitter.next() !== undefined) expect.fail(`a message at byte ${i}`);
      if (splitter.allocated > Math.max(32, 4 * i)) expect.fail(`${splitter.allocated} bytes for ${i}`);
      sizes.add(splitter.allocated);
    }
    splitter.push(byte);
    expect(splitter.next()?.length).toBe(1_048_576);
    expect(boundary.shown).toBe(boundary.mostBytes);
    // 32, then 4 times 33, 133, 533, 2133, 8533, 34133, 136533, and the whole
    expect(sizes.size).toBe(9);
  });

  it('shows its boundary each byte once when 1,000 chunks wait to be split', () => {
    const boundary = new CountingBoundary(2);
    const splitter = new BoundarySplitter(boundary);
    for (let i = 0; i < 1_000; i += 1) splitter.push(Uint8Array.of(0, i % 251, 1, 0, 0));
    expect(splitter.buffered).toBe(5_000);
    expect(drain(splitter)).toEqual(Array.from({ length: 1_000 }, (_, i) => Uint8Array.of(i % 251, 1)));
    expect(boundary.shown).toBe(5_000);
    expect(splitter.buffered).toBe(0);
  });

  it('gives 3 messages of 1 chunk as views of it, one at a time', () => {
    const splitter = new BoundarySplitter(new CountingBoundary(2));
    const chunk = Uint8Array.of(0, 1, 2, 0, 0, 0, 3, 4, 0, 0, 0, 5, 6, 0, 0);
    splitter.push(chunk);
    const message = splitter.next();
    expect(message).toEqual(Uint8Array.of(1, 2));
    expect(message?.buffer).toBe(chunk.buffer);
    expect(splitter.buffered).toBe(10);
    expect(drain(splitter)).toEqual([Uint8Array.of(3, 4), Uint8Array.of(5, 6)]);
  });

  it('does not hold a chunk of 64 KiB for the 2 bytes at its end', () => {
    const splitter = new BoundarySplitter(new CountingBoundary(65_531));
    splitter.push(new Uint8Array(65_536));
    expect(drain(splitter).length).toBe(1);
    expect(splitter.buffered).toBe(2);
    expect(splitter.allocated).toBe(32);
  });

  it('does not touch a message it has given when later ones come', () => {
    const splitter = new BoundarySplitter(new CountingBoundary(3));
    const [message] = splitAll(splitter, bytewise(Uint8Array.of(0, 1, 2, 3, 0, 0)));
    splitAll(splitter, bytewise(Uint8Array.of(9, 9, 9, 9, 9, 9, 9)));
    expect(message).toEqual(Uint8Array.of(1, 2, 3));
  });
});

describe.each([
  ['lengthPrefixed', lengthPrefixed({ width: 1, maxBytes: 3 }), Uint8Array.of(3, 7, 7, 7, 4, 7, 7, 7, 7)],
  ['delimited', delimited({ delimiter: '|', maxBytes: 3 }), new TextEncoder().encode('aaa|aaaa|')],
])('a splitter of %s', (_name, framer, tooLong) => {
  it('gives plain Uint8Arrays where the socket gave Buffers', () => {
    const bytes = Buffer.from(framer.frame(Uint8Array.of(1, 2, 3)));
    for (const cut of [0, 2]) {
      const [message] = splitAll(framer.splitter(), [bytes.subarray(0, cut), bytes.subarray(cut)]);
      expect(message).toEqual(Uint8Array.of(1, 2, 3));
      expect(message?.constructor).toBe(Uint8Array);
    }
  });

  it('is for 1 stream: another one begins anew', () => {
    const first = framer.splitter();
    first.push(framer.frame(Uint8Array.of(1, 2, 3)).subarray(0, 2));
    expect(first.next()).toBeUndefined();
    expect(splitAll(framer.splitter(), [framer.frame(Uint8Array.of(4))])).toEqual([Uint8Array.of(4)]);
  });

  it('throws the same ProtocolError ever after, takes nothing more, and holds 0 bytes', () => {
    const splitter = framer.splitter();
    splitter.push(tooLong);
    expect(splitter.next()?.length).toBe(3);
    const errors = Array.from({ length: 3 }, () => {
      const error = thrownBy(() => splitter.next());
      splitter.push(framer.frame(Uint8Array.of(1)));
      return error;
    });
    expect(errors[0]).toBeInstanceOf(ProtocolError);
    expect(new Set(errors).size).toBe(1);
    expect(splitter.buffered).toBe(0);
  });

  it('refuses the strings of a stream that has an encoding, and other things that are no bytes', () => {
    const splitter = framer.splitter();
    for (const [chunk, found] of [
      ['text', 'a string'],
      [null, 'null'],
      [{ length: 1 }, 'an object'],
    ] as const) {
      expect(() => splitter.push(chunk as never)).toThrow(new TypeError(`chunk must be a Uint8Array, got ${found}`));
      expect(() => framer.frame(chunk as never)).toThrow(new TypeError(`message must be a Uint8Array, got ${found}`));
    }
    expect(splitter.next()).toBeUndefined();
  });
});
