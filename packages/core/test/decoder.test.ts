import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameDecoder } from '../src/rules/decoder.ts';
import { encodeFrame } from '../src/rules/frame-codec.ts';
import { writeVarint } from '../src/rules/varint.ts';
import { ProtocolError } from '../src/words/errors.ts';
import type { DataFrame, Frame } from '../src/words/frame.ts';
import { arbitraryFrame, chunksOf, concat } from './support/arbitrary-frame.ts';
import { fromHex } from './support/hex.ts';
import { holds } from './support/holds.ts';

const LIMIT = 1_048_576;

function drain(decoder: FrameDecoder): Frame[] {
  const frames: Frame[] = [];
  for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) frames.push(frame);
  return frames;
}

const bytesOf = (frames: readonly Frame[]) => concat(frames.flatMap((frame) => [...encodeFrame(frame)]));

/** The length field alone, for a frame that never comes. */
function lengthField(length: number): Uint8Array {
  const bytes = new Uint8Array(8);
  return bytes.subarray(0, writeVarint(bytes, 0, length));
}

describe('FrameDecoder', () => {
  it('gives the same frames however their bytes are cut', () => {
    const frames = fc.array(arbitraryFrame, { maxLength: 8 });
    holds(
      fc.property(frames, fc.array(fc.nat(), { maxLength: 30 }), (sent, cuts) => {
        const decoder = new FrameDecoder(LIMIT);
        const received: Frame[] = [];
        for (const chunk of chunksOf(bytesOf(sent), cuts)) {
          decoder.push(chunk);
          received.push(...drain(decoder));
        }
        expect(received).toEqual(sent);
        expect(decoder.buffered).toBe(0);
        expect(decoder.allocated).toBe(0);
      }),
    );
  });

  it('gives the same frames when chunks are pushed before the last ones are used up', () => {
    const frames = fc.array(arbitraryFrame, { maxLength: 8 });
    const turns = fc.array(fc.record({ cut: fc.nat(), pulls: fc.nat(3) }), { maxLength: 30 });
    holds(
      fc.property(frames, turns, (sent, steps) => {
        const decoder = new FrameDecoder(LIMIT);
        const received: (Frame | undefined)[] = [];
        const cuts = steps.map(({ cut }) => cut);
        for (const [index, chunk] of chunksOf(bytesOf(sent), cuts).entries()) {
          decoder.push(chunk);
          for (let i = 0; i < (steps[index]?.pulls ?? 0); i += 1) received.push(decoder.next());
        }
        received.push(...drain(decoder));
        expect(received.filter((frame) => frame !== undefined)).toEqual(sent);
      }),
    );
  });

  it('gives 3 frames of 1 chunk one at a time, and can be left alone between them', () => {
    const decoder = new FrameDecoder(LIMIT);
    decoder.push(fromHex('02 03 01  02 03 02  02 03 03'));
    expect(decoder.next()).toEqual({ type: 'ping', number: 1 });
    expect(decoder.buffered).toBe(6);
    decoder.push(fromHex('02 04 04'));
    expect(drain(decoder).map((frame) => 'number' in frame && frame.number)).toEqual([2, 3, 4]);
    expect(decoder.next()).toBeUndefined();
  });

  it('skips frames of unknown optional types', () => {
    const decoder = new FrameDecoder(LIMIT);
    decoder.push(fromHex('03 80 01 02  01 ff  02 03 07'));
    expect(drain(decoder)).toEqual([{ type: 'ping', number: 7 }]);
  });

  it('reads a frame in place that ends with its chunk', () => {
    const chunk = bytesOf([{ type: 'data', number: 1, part: 'whole', payload: new Uint8Array(4_096) }]);
    const decoder = new FrameDecoder(LIMIT);
    decoder.push(chunk);
    expect((decoder.next() as DataFrame).payload.buffer).toBe(chunk.buffer);
  });

  it('gives plain Uint8Arrays where the socket gave Buffers', () => {
    for (const cut of [0, 3]) {
      const bytes = Buffer.from(bytesOf([{ type: 'data', number: 1, part: 'whole', payload: new Uint8Array(5_000) }]));
      const decoder = new FrameDecoder(LIMIT);
      const frames = [bytes.subarray(0, cut), bytes.subarray(cut)].flatMap((chunk) => {
        decoder.push(chunk);
        return drain(decoder);
      });
      expect((frames[0] as DataFrame).payload.constructor).toBe(Uint8Array);
    }
  });

  it('does not touch a frame it has given when later frames come', () => {
    const decoder = new FrameDecoder(LIMIT);
    const payload = new Uint8Array(5_000).fill(1);
    const [head, tail] = chunksOf(bytesOf([{ type: 'data', number: 1, part: 'whole', payload }]), [100]);
    decoder.push(head!);
    expect(decoder.next()).toBeUndefined();
    decoder.push(tail!);
    const frame = decoder.next() as DataFrame;
    decoder.push(
      bytesOf([{ type: 'data', number: 2, part: 'whole', payload: new Uint8Array(5_000).fill(2) }]).subarray(0, 4_000),
    );
    expect(decoder.next()).toBeUndefined();
    expect(frame.payload).toEqual(payload);
  });
});

describe('the memory of FrameDecoder', () => {
  it('takes 32 bytes, not a gibibyte, for a length field that promises a gibibyte', () => {
    const decoder = new FrameDecoder(2 ** 30);
    decoder.push(lengthField(2 ** 30));
    expect(decoder.next()).toBeUndefined();
    expect(decoder.buffered).toBe(8);
    expect(decoder.allocated).toBe(32);
  });

  it('takes at most 4 times what has come, or 32 bytes, when 5003 bytes come one by one', () => {
    const decoder = new FrameDecoder(LIMIT);
    const bytes = bytesOf([{ type: 'data', number: 1, part: 'whole', payload: new Uint8Array(5_000) }]);
    let grown = 0;
    for (const [index, byte] of bytes.entries()) {
      const before = decoder.allocated;
      decoder.push(Uint8Array.of(byte));
      if (decoder.next() !== undefined) break;
      expect(decoder.buffered).toBe(index + 1);
      expect(decoder.allocated).toBeLessThanOrEqual(Math.max(32, 4 * (index + 1)));
      if (decoder.allocated !== before) grown += 1;
    }
    // 32, 4 x 33, 4 x 133, 4 x 533, and the length of the frame
    expect(grown).toBe(5);
  });

  it('never takes more than the frame is long', () => {
    const decoder = new FrameDecoder(LIMIT);
    const bytes = bytesOf([{ type: 'data', number: 1, part: 'whole', payload: new Uint8Array(5_000) }]);
    decoder.push(bytes.subarray(0, 4_900));
    expect(decoder.next()).toBeUndefined();
    decoder.push(bytes.subarray(4_900, 4_901));
    expect(decoder.next()).toBeUndefined();
    expect(decoder.allocated).toBe(bytes.length);
  });

  it('does not hold a chunk of 64 KiB for the 2 bytes at its end', () => {
    const decoder = new FrameDecoder(LIMIT);
    decoder.push(
      concat([
        bytesOf([{ type: 'data', number: 1, part: 'whole', payload: new Uint8Array(65_000) }]),
        fromHex('02 03'),
      ]),
    );
    drain(decoder);
    expect(decoder.buffered).toBe(2);
    expect(decoder.allocated).toBe(32);
  });
});

describe('FrameDecoder refuses', () => {
  it.each([
    ['a length of 0', '00', 'the length 0'],
    ['a length in 2 bytes where 1 would do', '40 02 03 01', 'not its shortest form'],
    ['a length above 2^53-1', 'c0 20 00 00 00 00 00 00', 'above 2^53-1'],
    ['an unknown type below 0x80', '01 09', 'unknown frame type 9'],
    ['a malformed body', '02 03 00', 'PING has the number 0'],
  ])('%s', (_what, hex, message) => {
    for (const cuts of [[], [1], [1, 2, 3, 4, 5, 6, 7]]) {
      const decoder = new FrameDecoder(LIMIT);
      const decode = () => {
        for (const chunk of chunksOf(fromHex(hex), cuts)) {
          decoder.push(chunk);
          decoder.next();
        }
      };
      expect(decode).toThrow(ProtocolError);
      expect(decode).toThrow(message);
    }
  });

  it('a length of 101 where the limit is 100, with both numbers, before the body comes', () => {
    for (const cuts of [[], [1]]) {
      const decoder = new FrameDecoder(100);
      const decode = () => {
        for (const chunk of chunksOf(lengthField(101), cuts)) {
          decoder.push(chunk);
          decoder.next();
        }
      };
      expect(decode).toThrow('a frame has the length 101, over the limit of 100');
    }
  });

  it('nothing at its limit of 100, and more once the limit is 1000', () => {
    const decoder = new FrameDecoder(100);
    decoder.push(bytesOf([{ type: 'data', number: 1, part: 'whole', payload: new Uint8Array(97) }]));
    expect(decoder.next()).toMatchObject({ type: 'data' });
    decoder.maxFrameBytes = 1_000;
    decoder.push(bytesOf([{ type: 'data', number: 2, part: 'whole', payload: new Uint8Array(997) }]));
    expect(decoder.next()).toMatchObject({ type: 'data' });
  });

  it('everything after an error, with the same error, and keeps no bytes', () => {
    const decoder = new FrameDecoder(LIMIT);
    decoder.push(fromHex('02 03 01  01 09  02 03 02'));
    expect(decoder.next()).toEqual({ type: 'ping', number: 1 });
    const errors = Array.from({ length: 3 }, () => {
      try {
        decoder.next();
      } catch (error) {
        return error;
      } finally {
        decoder.push(fromHex('02 03 03'));
      }
      return undefined;
    });
    expect(errors[0]).toBeInstanceOf(ProtocolError);
    expect(new Set(errors).size).toBe(1);
    expect(decoder.buffered).toBe(0);
    expect(decoder.allocated).toBe(0);
  });

  it('or reads any bytes at all, and never fails otherwise', () => {
    holds(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.array(fc.nat(), { maxLength: 8 }), (bytes, cuts) => {
        const decoder = new FrameDecoder(LIMIT);
        try {
          for (const chunk of chunksOf(bytes, cuts)) {
            decoder.push(chunk);
            drain(decoder);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
