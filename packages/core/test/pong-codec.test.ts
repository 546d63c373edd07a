import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFrame, encodeFrame } from '../src/rules/frame-codec.ts';
import type { PongFrame } from '../src/words/frame.ts';
import { FRAME_TYPES } from '../src/words/frame.ts';
import type { HealthStatus } from '../src/words/health.ts';
import { concat } from './support/arbitrary-frame.ts';
import { fromHex, toHex } from './support/hex.ts';
import { holds } from './support/holds.ts';

function encode(frame: Omit<PongFrame, 'type'>): Uint8Array {
  return concat(encodeFrame({ type: 'pong', ...frame }));
}

function decode(body: Uint8Array): unknown {
  return decodeFrame(FRAME_TYPES.pong, body);
}

const counter = fc.maxSafeInteger().map(Math.abs);
const health = fc.record({
  status: fc.constantFrom<HealthStatus>('ok', 'degraded', 'failing'),
  payload: fc.uint8Array({ maxLength: 256 }),
});

describe('PONG', () => {
  it.each([
    [{ number: 1 }, '02 04 01'],
    [{ number: 1, handled: 0 }, '03 04 01 00'],
    [{ number: 2, handled: 64, health: { status: 'ok', payload: new Uint8Array(0) } }, '05 04 02 40 40 00'],
    [{ number: 2, handled: 1, health: { status: 'degraded', payload: Uint8Array.of(0x11) } }, '05 04 02 01 01 11'],
    [{ number: 2, handled: 1, health: { status: 'failing', payload: Uint8Array.of(0xc0) } }, '05 04 02 01 02 c0'],
  ] as const)('%o takes the bytes %s', (frame, hex) => {
    expect(toHex(encode(frame))).toBe(toHex(fromHex(hex)));
    expect(decode(fromHex(hex).subarray(2))).toEqual({ type: 'pong', ...frame });
  });

  it('W2: takes at most 6 bytes for numbers below 2^30 when it says nothing else', () => {
    expect(encode({ number: 2 ** 30 - 1 })).toHaveLength(6);
  });

  it('comes back as it was sent, whatever it says', () => {
    const number = counter.map((n) => Math.max(n, 1));
    const said: fc.Arbitrary<Omit<PongFrame, 'type'>> = fc.oneof(
      fc.record({ number }),
      fc.record({ number, handled: counter }),
      fc.record({ number, handled: counter, health }),
    );
    const comesBack = fc.property(said, (frame) => {
      const bytes = encode(frame);
      const lengthBytes = bytes.length > 65 ? 2 : 1;
      expect(decode(bytes.subarray(lengthBytes + 1))).toEqual({ type: 'pong', ...frame });
    });
    holds(comesBack);
  });

  it.each([
    ['the status 3', '01 00 03', 'PONG has the status 3, which is none of 0 to 2'],
    ['257 bytes of payload', `01 00 00 ${'ab '.repeat(257)}`, 'PONG has 257 bytes of health, over the limit of 256'],
    ['the number 0', '00', 'PONG has the number 0, and numbers start at 1'],
    ['a count that ends early', '01 40', 'a number ends early'],
    ['no number', '', 'a number ends early'],
  ])('with %s is malformed', (_, hex, message) => {
    expect(() => decode(fromHex(hex))).toThrow(message);
  });

  it('with 256 bytes of payload is not', () => {
    expect(decode(fromHex(`01 00 00 ${'ab '.repeat(256)}`))).toMatchObject({ health: { status: 'ok' } });
  });
});
