import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DelimiterOptions } from '../src/rules/delimited.ts';
import { delimited } from '../src/rules/delimited.ts';
import type { BoundarySplitter } from '../src/rules/splitter.ts';
import { ProtocolError, SystoleError } from '../src/words/errors.ts';
import { chunksOf, concat } from './support/arbitrary-frame.ts';
import { holds } from './support/holds.ts';
import { bytewise, splitAll, thrownBy } from './support/splitting.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const bytesOf = (text: string) => encoder.encode(text);

/** Splits a text whole, byte by byte, and in every two parts. */
function split(options: DelimiterOptions, text: string): string[] {
  const bytes = bytesOf(text);
  const read = (chunks: readonly Uint8Array[]) =>
    splitAll(delimited(options).splitter(), chunks).map((message) => decoder.decode(message));
  const whole = read([bytes]);
  expect(read(bytewise(bytes))).toEqual(whole);
  for (let cut = 0; cut <= bytes.length; cut += 1) expect(read(chunksOf(bytes, [cut]))).toEqual(whole);
  return whole;
}

/** Text of few letters, so that it is full of what is almost a delimiter. */
const fewLetters = (minLength: number, maxLength: number) =>
  fc.string({ unit: fc.constantFrom('a', 'b'), minLength, maxLength });

describe('delimited', () => {
  it.each<[string, string, string[]]>([
    ['\r\n', '+OK\r\n+PONG\r\n', ['+OK', '+PONG']],
    ['\r\n', '\r\n\r\na\r\n', ['', '', 'a']],
    ['\r\n', 'a\r\r\nb\nc\rd\r\n', ['a\r', 'b\nc\rd']],
    ['\n', 'a\r\nb\n', ['a\r', 'b']],
    ['aab', 'aaabxaab', ['a', 'x']],
    ['aabaaab', 'aabaabaaab|aabaaab', ['aab', '|']],
    ['abab', 'ababab|abab', ['', 'ab|']],
    ['aa', 'aaaaa', ['', '']],
    ['…', 'drei … drei……', ['drei ', ' drei', '']],
  ])('%j splits %j into %j, however it is cut', (delimiter, text, messages) => {
    expect(split({ delimiter }, text)).toEqual(messages);
  });

  it('is CRLF by default, and takes bytes for a delimiter that is no text, which may change afterwards', () => {
    expect(split({}, 'PING\r\n')).toEqual(['PING']);
    const delimiter = Uint8Array.of(0xff, 0x00);
    const framer = delimited({ delimiter });
    delimiter.fill(7);
    const framed = framer.frame(Uint8Array.of(1, 0xff));
    expect(framed).toEqual(Uint8Array.of(1, 0xff, 0xff, 0x00));
    expect(splitAll(framer.splitter(), bytewise(framed))).toEqual([Uint8Array.of(1, 0xff)]);
  });

  it('splits as String.split does, for any delimiter and text, however it is cut', () => {
    holds(
      fc.property(
        fewLetters(1, 6),
        fewLetters(0, 80),
        fc.array(fc.nat(), { maxLength: 20 }),
        (delimiter, text, cuts) => {
          const splitter = delimited({ delimiter }).splitter();
          const messages = splitAll(splitter, chunksOf(bytesOf(text), cuts)).map((message) => decoder.decode(message));
          const parts = text.split(delimiter);
          expect(messages).toEqual(parts.slice(0, -1));
          expect(splitter.buffered).toBe(parts.at(-1)?.length);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('gives back each message that it frames, and refuses exactly those that it would not give back', () => {
    const messages = fc.array(fewLetters(0, 12), { maxLength: 8 });
    holds(
      fc.property(fewLetters(1, 4), messages, fc.array(fc.nat(), { maxLength: 20 }), (delimiter, texts, cuts) => {
        const framer = delimited({ delimiter });
        const survives = (text: string) => `${text}${delimiter}`.indexOf(delimiter) === text.length;
        for (const text of texts) {
          expect(thrownBy(() => framer.frame(bytesOf(text))) === undefined).toBe(survives(text));
        }
        const sent = texts.filter(survives).map(bytesOf);
        expect(splitAll(framer.splitter(), chunksOf(concat(sent.map(framer.frame)), cuts))).toEqual(sent);
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ['\r\n', 'SET a 1\r\nDEL b', 7],
    ['\r\n', '\r\n', 0],
    ['aba', 'xab', 1],
  ])('with %j refuses to frame %j, as a delimiter would begin at byte %i', (delimiter, text, at) => {
    expect(() => delimited({ delimiter }).frame(bytesOf(text))).toThrow(
      new SystoleError('ERR_ENCODE', `a delimiter begins at byte ${at} of the message`),
    );
  });

  it('gives a line that lies whole in its chunk as a view of it', () => {
    const chunk = bytesOf('+OK\r\n');
    const [message] = splitAll(delimited().splitter(), [chunk]);
    expect(message?.buffer).toBe(chunk.buffer);
  });
});

describe('the limit of delimited', () => {
  it('admits a message of exactly 5 bytes where 5 is the limit, whatever its delimiter, and refuses 6', () => {
    for (const delimiter of ['|', '\r\n', 'aaaab']) {
      expect(split({ delimiter, maxBytes: 5 }, `aaaaa${delimiter}`)).toEqual(['aaaaa']);
      expect(() => split({ delimiter, maxBytes: 5 }, `aaaaaa${delimiter}`)).toThrow(
        new ProtocolError('a message has more bytes than the limit of 5'),
      );
    }
  });

  it('counts each of 3 messages anew', () => {
    expect(split({ maxBytes: 5 }, 'aaaaa\r\nbbbbb\r\nccccc\r\n')).toEqual(['aaaaa', 'bbbbb', 'ccccc']);
  });

  it('is enforced before the delimiter comes, by the first byte that cannot belong to it', () => {
    const splitter = delimited({ maxBytes: 5 }).splitter();
    expect(splitAll(splitter, [bytesOf('aaaaa'), bytesOf('\r')])).toEqual([]);
    splitter.push(bytesOf('\r'));
    expect(() => splitter.next()).toThrow('a message has more bytes than the limit of 5');
  });

  it('is 64 KiB by default', () => {
    expect(splitAll(delimited().splitter(), [new Uint8Array(65_536), bytesOf('\r\n')])[0]?.length).toBe(65_536);
    expect(() => splitAll(delimited().splitter(), [new Uint8Array(65_537)])).toThrow('the limit of 65536');
  });

  it('holds for what is framed, too', () => {
    expect(() => delimited({ maxBytes: 5 }).frame(bytesOf('abcdef'))).toThrow(
      new SystoleError('ERR_TOO_LARGE', 'the message has 6 bytes, over the limit of 5'),
    );
  });

  it('bounds what any bytes make it hold: a message of 20 and all but a byte of its delimiter', () => {
    holds(
      fc.property(
        fewLetters(1, 6),
        fewLetters(0, 200),
        fc.array(fc.nat(), { maxLength: 60 }),
        (delimiter, text, cuts) => {
          const splitter = delimited({ delimiter, maxBytes: 20 }).splitter() as BoundarySplitter;
          for (const chunk of chunksOf(bytesOf(text), cuts)) {
            const error = thrownBy(() => splitAll(splitter, [chunk]));
            if (error !== undefined) expect(error).toBeInstanceOf(ProtocolError);
            expect(splitter.buffered).toBeLessThan(20 + delimiter.length);
            expect(splitter.allocated).toBeLessThanOrEqual(32);
          }
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('lets a message of 1 MiB come byte by byte, all of it the beginning of a delimiter of 64 KiB', () => {
    // Whoever looks back at each byte compares 2^36 of them here, and this test runs for minutes.
    const delimiter = new Uint8Array(65_536).fill(1);
    delimiter[65_535] = 2;
    const splitter = delimited({ delimiter, maxBytes: 1_048_576 }).splitter();
    const byte = Uint8Array.of(1);
    for (let i = 0; i < 1_048_576; i += 1) {
      splitter.push(byte);
      if (splitter.next() !== undefined) expect.fail(`a message at byte ${i}`);
    }
    splitter.push(delimiter);
    expect(splitter.next()?.length).toBe(1_048_576);
    expect(splitter.next()).toBeUndefined();
  });
});

describe('the options of delimited', () => {
  it.each<[unknown, string]>([
    [null, 'options must be an object, got null'],
    [{ delimiter: '' }, 'delimiter must be a string or Uint8Array that is not empty, got ""'],
    [{ delimiter: new Uint8Array(0) }, 'delimiter must be a string or Uint8Array that is not empty, got an object'],
    [{ delimiter: 10 }, 'delimiter must be a string or Uint8Array that is not empty, got 10'],
    [{ maxBytes: 0 }, 'maxBytes must be a whole number from 1 to 1073741824, got 0'],
    [{ separator: '\n' }, 'separator must be left out (there is no such option)'],
  ])('%j are refused', (options, text) => {
    expect(() => delimited(options as DelimiterOptions)).toThrow(text);
  });
});
