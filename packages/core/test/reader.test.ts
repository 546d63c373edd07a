import { describe, expect, it } from 'vitest';
import { Reader } from '../src/rules/reader.ts';
import { ProtocolError } from '../src/words/errors.ts';
import { fromHex } from './support/hex.ts';

const readerOf = (hex: string) => new Reader(fromHex(hex), 'PING');

describe('Reader', () => {
  it('reads fields one after the other', () => {
    const reader = readerOf('7b bd 07 61 c3 a4 01 02 03 04');
    expect(reader.varint()).toBe(15_293);
    expect(reader.byte()).toBe(7);
    expect(reader.text(3)).toBe('aä');
    expect(reader.bytes(1)).toEqual(fromHex('01'));
    expect(reader.remaining).toBe(3);
    expect(reader.rest()).toEqual(fromHex('02 03 04'));
    expect(reader.rest()).toEqual(fromHex(''));
    reader.end();
  });

  it('gives bytes as views, not copies', () => {
    const bytes = fromHex('01 02 03');
    expect(new Reader(bytes, 'DATA').bytes(2).buffer).toBe(bytes.buffer);
  });

  it.each<[string, (reader: Reader) => unknown]>([
    ['a byte', (reader) => reader.byte()],
    ['a number', (reader) => reader.varint()],
    ['1 byte', (reader) => reader.bytes(1)],
    ['2^53-1 bytes', (reader) => reader.bytes(Number.MAX_SAFE_INTEGER)],
    ['a text', (reader) => reader.text(1)],
  ])('throws ProtocolError for %s beyond the end', (_what, read) => {
    expect(() => read(readerOf(''))).toThrow(ProtocolError);
    expect(() => read(readerOf(''))).toThrow('ends early');
  });

  it.each<[string, (reader: Reader) => unknown]>([
    ['a byte', (reader) => reader.bytes(2) && reader.byte()],
    ['a number', (reader) => reader.bytes(2) && reader.varint()],
    ['a number of 4 bytes, of which it has 2,', (reader) => reader.varint()],
    ['3 bytes', (reader) => reader.bytes(3)],
  ])('throws ProtocolError for %s beyond the end of its part, though bytes follow', (_what, read) => {
    const bytes = fromHex('05 80 00 40 00 07 07');
    expect(() => read(new Reader(bytes, 'PING', 1, 3))).toThrow('ends early');
    const reader = new Reader(bytes, 'PING', 1, 6);
    expect([reader.varint(), reader.remaining, reader.byte(), reader.remaining]).toEqual([16_384, 1, 7, 0]);
  });

  it('keeps its position when a read fails', () => {
    const reader = readerOf('05 06');
    expect(() => reader.bytes(3)).toThrow('PING ends early: 3 bytes announced, 2 left');
    expect(reader.rest()).toEqual(fromHex('05 06'));
  });

  it('throws ProtocolError at the end if 2 bytes are left', () => {
    expect(() => readerOf('01 02').end()).toThrow(ProtocolError);
    expect(() => readerOf('01 02').end()).toThrow('PING has 2 bytes too many');
  });

  it.each([
    ['a lone continuation byte', '80'],
    ['a cut character', 'c3'],
    ['an overlong slash', 'c0 af'],
    ['a surrogate', 'ed a0 80'],
    ['a character above U+10FFFF', 'f4 90 80 80'],
  ])('throws ProtocolError for text with %s', (_what, hex) => {
    expect(() => readerOf(hex).text(fromHex(hex).length)).toThrow(ProtocolError);
  });

  it('keeps a byte order mark', () => {
    expect(readerOf('ef bb bf 61').text(4)).toBe('\u{feff}a');
  });
});
