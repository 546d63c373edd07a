/** Frames and chunkings for property tests. */

import * as fc from 'fast-check';
import type { CloseCode, CloseFrame, Frame, Part } from '../../src/words/frame.ts';
import { CLOSE_CODES } from '../../src/words/frame.ts';

/** A counter: all sizes of a varint are about equally likely. */
export const counter: fc.Arbitrary<number> = fc.oneof(
  fc.integer({ min: 0, max: 0x3f }),
  fc.integer({ min: 0x40, max: 0x3fff }),
  fc.integer({ min: 0x4000, max: 0x3fff_ffff }),
  fc.maxSafeInteger().map(Math.abs),
);

const number = counter.map((n) => Math.max(n, 1));
const bytes = fc.oneof(
  { weight: 9, arbitrary: fc.uint8Array({ maxLength: 100 }) },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 4_000, max: 9_000 }).map((length) => new Uint8Array(length).fill(length % 251)),
  },
);

const part = fc.constantFrom<Part>('whole', 'first', 'middle', 'last');

const close = fc.record<CloseFrame>({
  type: fc.constant('close'),
  scope: fc.constantFrom('connection', 'session'),
  code: fc.constantFrom(...(Object.keys(CLOSE_CODES) as CloseCode[])),
  lastAccepted: counter,
  retryAfterMs: counter,
  spreadMs: counter,
  reason: fc.string({ unit: 'grapheme', maxLength: 10 }),
});

/** Any frame that can be sent as it is: no text is over its limit. */
export const arbitraryFrame: fc.Arbitrary<Frame> = fc.oneof(
  fc.record({ type: fc.constantFrom('hello' as const, 'welcome' as const), body: bytes }),
  fc.record({ type: fc.constantFrom('ping' as const, 'pong' as const), number }),
  fc.record({ type: fc.constant('data' as const), number, part, payload: bytes }),
  fc.record({ type: fc.constant('result' as const), number, ok: fc.constant(true as const), part, value: bytes }),
  fc.record({
    type: fc.constant('result' as const),
    number,
    ok: fc.constant(false as const),
    code: fc.string({ maxLength: 64 }),
    text: fc.string({ unit: 'binary', maxLength: 250 }),
  }),
  fc
    .tuple(counter, counter, fc.record({ settled: counter, read: counter, limit: counter }))
    .map(([a, b, rest]): Frame => ({ type: 'ack', received: Math.max(a, b), handled: Math.min(a, b), ...rest })),
  close,
);

/** Cuts bytes at places that `cuts` picks, in any order and any number. */
export function chunksOf(whole: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [...new Set(cuts.map((cut) => cut % (whole.length + 1)))].sort((a, b) => a - b);
  return [0, ...places].map((start, index) => whole.slice(start, places[index] ?? whole.length));
}

/** All chunks in one. */
export function concat(chunks: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}
