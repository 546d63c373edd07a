import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFrame, encodeFrame } from '../src/rules/frame-codec.ts';
import { Reader } from '../src/rules/reader.ts';
import { ProtocolError } from '../src/words/errors.ts';
import type { CloseFrame, DataFrame, Frame, Part, PongFrame, ValueFrame } from '../src/words/frame.ts';
import { arbitraryFrame, concat } from './support/arbitrary-frame.ts';
import { fromHex, toHex } from './support/hex.ts';
import { holds } from './support/holds.ts';

const BYE: CloseFrame = {
  type: 'close',
  scope: 'session',
  code: 'going-away',
  lastAccepted: 12,
  retryAfterMs: 1_000,
  spreadMs: 30_000,
  reason: 'bye',
};

function data(part: Part, hex: string, number = 1): DataFrame {
  return { type: 'data', number, part, payload: fromHex(hex) };
}

function value(part: Part, hex: string): ValueFrame {
  return { type: 'result', number: 1, ok: true, part, value: fromHex(hex) };
}

const EXAMPLES: [string, Frame, string][] = [
  ['HELLO', { type: 'hello', body: fromHex('80') }, '02 01 80'],
  ['WELCOME', { type: 'welcome', body: fromHex('80') }, '02 02 80'],
  ['PING 1', { type: 'ping', number: 1 }, '02 03 01'],
  ['PING 15293', { type: 'ping', number: 15_293 }, '03 03 7b bd'],
  ['PONG 1', { type: 'pong', number: 1 }, '02 04 01'],
  ['DATA', data('whole', 'c3', 64), '05 05 40 40 00 c3'],
  ['DATA without payload', data('whole', ''), '03 05 01 00'],
  ['the first part of DATA', data('first', 'c3'), '04 05 01 01 c3'],
  ['a middle part of DATA', data('middle', 'c3'), '04 05 01 02 c3'],
  ['the last part of DATA', data('last', 'c3'), '04 05 01 03 c3'],
  ['RESULT with a value', value('whole', 'c0'), '04 06 01 00 c0'],
  ['the first part of a value', value('first', 'c0'), '04 06 01 02 c0'],
  ['a middle part of a value', value('middle', 'c0'), '04 06 01 03 c0'],
  ['the last part of a value', value('last', 'c0'), '04 06 01 04 c0'],
  [
    'RESULT failed',
    { type: 'result', number: 1, ok: false, code: 'oops', text: 'ä' },
    '0a 06 01 01 04 6f 6f 70 73 c3 a4',
  ],
  [
    'ACK with its 5 numbers',
    { type: 'ack', received: 3, handled: 2, settled: 7, read: 64, limit: 4_194_304 },
    '0a 07 03 02 07 40 40 80 40 00 00',
  ],
  ['ACK of nothing', { type: 'ack', received: 0, handled: 0, settled: 0, read: 0, limit: 0 }, '06 07 00 00 00 00 00'],
  ['CLOSE', BYE, '0d 08 01 01 0c 43 e8 80 00 75 30 62 79 65'],
];

/** Length, type and body of an encoded frame. */
function take(chunks: readonly Uint8Array[]): { length: number; type: number; body: Uint8Array } {
  const reader = new Reader(concat(chunks), 'a frame');
  const length = reader.varint();
  return { length, type: reader.byte(), body: reader.rest() };
}

function roundTrip(frame: Frame): Frame | undefined {
  const { type, body } = take(encodeFrame(frame));
  return decodeFrame(type, body);
}

describe('encodeFrame', () => {
  it.each(EXAMPLES)('writes %s', (_name, frame, hex) => {
    expect(encodeFrame(frame).map(toHex)).toEqual([hex]);
  });

  it.each(['ping', 'pong'] as const)('takes at most 6 bytes for a %s with a number below 2^30', (type) => {
    expect(encodeFrame({ type, number: 2 ** 30 - 1 })[0]).toHaveLength(6);
    expect(encodeFrame({ type, number: 2 ** 30 })[0]).toHaveLength(10);
    holds(
      fc.property(fc.integer({ min: 1, max: 2 ** 30 - 1 }), (number) => {
        expect(encodeFrame({ type, number })[0]?.length).toBeLessThanOrEqual(6);
      }),
    );
  });

  it('gives 1 chunk up to a payload of 4096 bytes, and above it a second one that is the payload itself', () => {
    expect(encodeFrame({ ...data('first', ''), payload: new Uint8Array(4_096) })).toHaveLength(1);
    const payload = new Uint8Array(4_097);
    const chunks = encodeFrame({ ...data('whole', ''), payload });
    expect(chunks.map((chunk) => chunk.length)).toEqual([5, 4_097]);
    expect(chunks[1]).toBe(payload);
    expect(encodeFrame({ ...value('middle', ''), value: payload })[1]).toBe(payload);
  });

  it('cuts a text of 1023 letters and an ä to the 1023 bytes that fit into 1024', () => {
    const result = roundTrip({
      type: 'result',
      number: 1,
      ok: false,
      code: '€'.repeat(30),
      text: `${'x'.repeat(1_023)}ä`,
    });
    expect(result).toEqual({ type: 'result', number: 1, ok: false, code: '€'.repeat(21), text: 'x'.repeat(1_023) });
  });

  it('cuts a reason of 100 emoji to the 64 that fit into 256 bytes', () => {
    expect(roundTrip({ ...BYE, reason: '💓'.repeat(100) })).toEqual({ ...BYE, reason: '💓'.repeat(64) });
  });

  it('writes U+FFFD for half a character, so that the peer can read the rest', () => {
    expect(roundTrip({ ...BYE, reason: 'a\u{d83d}' })).toEqual({ ...BYE, reason: 'a\u{fffd}' });
  });

  it.each([0.5, -1, Number.NaN, 2 ** 53])('throws RangeError for the number %d', (number) => {
    expect(() => encodeFrame({ type: 'ping', number })).toThrow(RangeError);
  });

  it('throws RangeError for a CLOSE with the code unknown', () => {
    expect(() => encodeFrame({ ...BYE, code: 'unknown' })).toThrow(RangeError);
  });
});

describe('decodeFrame', () => {
  it.each(EXAMPLES)('reads %s', (_name, frame, hex) => {
    const { type, body } = take([fromHex(hex)]);
    expect(decodeFrame(type, body)).toEqual(frame);
  });

  it('reads back every frame, with a length that counts type and body', () => {
    holds(
      fc.property(arbitraryFrame, (frame) => {
        const { length, type, body } = take(encodeFrame(frame));
        expect(length).toBe(1 + body.length);
        expect(decodeFrame(type, body)).toEqual(frame);
      }),
    );
  });

  it('either reads or refuses 2,000 random bodies of each type, and never fails otherwise', () => {
    const type = fc.integer({ min: 0, max: 255 });
    holds(
      fc.property(fc.oneof(fc.integer({ min: 1, max: 8 }), type), fc.uint8Array({ maxLength: 20 }), (number, body) => {
        try {
          const frame = decodeFrame(number, body);
          expect(frame === undefined).toBe(number >= 0x80);
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('skips unknown types from 0x80 on and refuses those below', () => {
    expect(decodeFrame(0x80, fromHex('00'))).toBeUndefined();
    expect(decodeFrame(0xff, fromHex(''))).toBeUndefined();
    for (const type of [0x00, 0x09, 0x7f]) expect(() => decodeFrame(type, fromHex(''))).toThrow(ProtocolError);
  });

  it.each([
    [42, 'unknown'],
    [Number.MAX_SAFE_INTEGER, 'unknown'],
    [0, 'normal'],
    [9, 'app-stalled'],
  ])('reads the CLOSE code %i as %s', (code, name) => {
    const codeHex = code > 63 ? 'c0 1f ff ff ff ff ff ff' : toHex(Uint8Array.of(code));
    expect(decodeFrame(0x08, fromHex(`00 ${codeHex} 00 00 00`))).toMatchObject({ code: name });
  });

  it.each([
    ['PING without a number', 0x03, '', 'ends early'],
    ['PING with the number 0', 0x03, '00', 'PING has the number 0'],
    ['PING with 1 byte too many', 0x03, '01 00', 'PING has 1 bytes too many'],
    ['PING with 1 in 2 bytes', 0x03, '40 01', 'not its shortest form'],
    ['PONG with the number 0', 0x04, '00', 'PONG has the number 0'],
    ['PONG with the status 3', 0x04, '01 00 03', 'PONG has the status 3'],
    ['DATA with the number 0', 0x05, '00 00', 'DATA has the number 0'],
    ['DATA without a mark', 0x05, '01', 'DATA ends early'],
    ['DATA with the mark 4', 0x05, '01 04 c0', 'DATA has the mark 4, which is none of 0 to 3'],
    ['DATA with the mark 0 in 2 bytes', 0x05, '01 40 00', 'DATA has the mark 64'],
    ['RESULT with the number 0', 0x06, '00 00', 'RESULT has the number 0'],
    ['RESULT without a status', 0x06, '01', 'RESULT ends early'],
    ['RESULT with the status 5', 0x06, '01 05', 'RESULT has the status 5, which is none of 0 to 4'],
    ['RESULT without the length of the code', 0x06, '01 01', 'ends early'],
    ['RESULT with a code longer than itself', 0x06, '01 01 05 61', '5 bytes announced, 1 left'],
    ['RESULT with a code of 65 bytes', 0x06, `01 01 40 41 ${'61 '.repeat(65)}`, '65 bytes, over the limit of 64'],
    ['RESULT with a text of 1025 bytes', 0x06, `01 01 00 ${'61 '.repeat(1025)}`, '1025 bytes, over the limit of 1024'],
    ['RESULT with a code that is not UTF-8', 0x06, '01 01 01 ff', 'not UTF-8'],
    ['RESULT with a text that is not UTF-8', 0x06, '01 01 00 c3', 'not UTF-8'],
    ['ACK with 1 number', 0x07, '01', 'ends early'],
    ['ACK with 4 numbers', 0x07, '02 01 00 00', 'ends early'],
    ['ACK with 6 numbers', 0x07, '02 01 00 00 00 00', 'ACK has 1 bytes too many'],
    ['ACK with handled above received', 0x07, '01 02 00 00 00', 'handled 2, above received 1'],
    ['CLOSE without anything', 0x08, '', 'CLOSE ends early'],
    ['CLOSE with the scope 2', 0x08, '02 00 00 00 00', 'CLOSE has the scope 2'],
    ['CLOSE without a spread', 0x08, '00 00 00 00', 'ends early'],
    [
      'CLOSE with a reason of 257 bytes',
      0x08,
      `00 00 00 00 00 ${'61 '.repeat(257)}`,
      '257 bytes, over the limit of 256',
    ],
    ['CLOSE with a reason that is not UTF-8', 0x08, '00 00 00 00 00 ff', 'not UTF-8'],
  ])('throws ProtocolError for %s', (_what, type, hex, message) => {
    const decode = () => decodeFrame(type, fromHex(hex));
    expect(decode).toThrow(ProtocolError);
    expect(decode).toThrow(message);
  });

  it.each([0x01, 0x02, 0x05, 0x06])('gives what a frame of type %i carries as a view, and health as a copy', (type) => {
    const chunk = new Uint8Array(65_536);
    chunk[0] = 1;
    const views = Object.values(decodeFrame(type, chunk, 0, 5_000) ?? {}).filter((item) => item instanceof Uint8Array);
    expect(views.map(({ buffer }) => buffer)).toEqual([chunk.buffer]);
    const pong = decodeFrame(0x04, chunk, 0, 100) as PongFrame;
    expect(pong.health?.payload).toEqual(new Uint8Array(97));
    expect(pong.health?.payload.buffer).not.toBe(chunk.buffer);
  });
});
