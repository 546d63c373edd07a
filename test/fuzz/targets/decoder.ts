/** Target: bytes in any chunks to frames, and the payloads of frames to values. */

import { isDeepStrictEqual } from 'node:util';
import type { Frame } from '@systole/core';
import { encodeFrame, FrameDecoder, msgpackCodec, ProtocolError } from '@systole/core';
import { expect } from '../failure.ts';
import { frameSpans } from '../frame-spans.ts';
import type { Input } from '../input.ts';
import { concat } from '../recut.ts';

/** Of the wire, as docs/PROTOCOL.md has it. */
const MAX_FRAME_BYTES = 65_536;
/** A length field, and what a decoder may take for a partial frame however little has come of it. */
const MAX_HEAD_BYTES = 8;
const SMALLEST_BUFFER = 32;
/** From this type on, frames are skipped that nobody knows. */
const FIRST_OPTIONAL_TYPE = 0x80;

/** So many frames before the end tell one run from another. */
const SEEN = 2;

const codec = msgpackCodec();

/** What came out, and why nothing more did. */
interface Decoded {
  readonly frames: readonly Frame[];
  readonly error: string | undefined;
}

/** Gives back what it has seen: the types of the frames, and how it ended. */
export function runDecoder({ steps }: Input): string {
  const chunks = steps.flatMap((step) => ('bytes' in step ? [step.bytes] : []));
  const bytes = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : concat(chunks);
  const whole = decode([bytes]);
  if (chunks.length > 1) expectSame(whole, decode(chunks), 'in these chunks');
  else
    expectSame(whole, decode([bytes.subarray(0, bytes.length >> 1), bytes.subarray(bytes.length >> 1)]), 'in halves');
  expectCanonical(whole, bytes);
  const seen = whole.frames.map((frame) => `${frame.type}${kindOfPayload(frame)}`);
  return `${seen.slice(-SEEN).join(' ')} ${(whole.error ?? '').replaceAll(/\d+/g, '#')}`;
}

function decode(chunks: readonly Uint8Array[]): Decoded {
  const decoder = new FrameDecoder(MAX_FRAME_BYTES);
  const frames: Frame[] = [];
  try {
    for (const chunk of chunks) {
      decoder.push(chunk);
      for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) frames.push(frame);
      expectBounded(decoder);
    }
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    expectFinal(decoder, error);
    return { frames, error: error.message };
  }
  return { frames, error: undefined };
}

/** Memory is taken for what has come, and never for what a length field promises. */
function expectBounded({ buffered, allocated }: FrameDecoder): void {
  const most = Math.max(4 * buffered, SMALLEST_BUFFER);
  expect(allocated <= most, () => `${allocated} bytes were allocated for ${buffered} that have come`);
  expect(buffered < MAX_FRAME_BYTES + MAX_HEAD_BYTES, () => `${buffered} bytes wait, and are no frame`);
}

/** What follows a malformed frame is never looked at. */
function expectFinal(decoder: FrameDecoder, error: ProtocolError): void {
  decoder.push(Uint8Array.of(2, 3, 1));
  try {
    decoder.next();
  } catch (again) {
    expect(again === error, 'another error came for the bytes behind a malformed frame');
    return expect(decoder.buffered + decoder.allocated === 0, 'bytes are kept behind a malformed frame');
  }
  expect(false, 'bytes behind a malformed frame were decoded');
}

function expectSame(one: Decoded, other: Decoded, how: string): void {
  expect(one.error === other.error, () => `whole: ${one.error}; ${how}: ${other.error}`);
  expect(
    one.frames.length === other.frames.length,
    () => `whole: ${one.frames.length} frames; ${how}: ${other.frames.length}`,
  );
  one.frames.forEach((frame, index) => {
    const twin = other.frames[index];
    expect(twin !== undefined && areSame(frame, twin), () => `frame ${index + 1} is another one ${how}`);
  });
}

function areSame(one: Frame, other: Frame): boolean {
  const [mine, theirs] = [Object.entries(one), Object.entries(other)];
  return (
    mine.length === theirs.length &&
    mine.every(([name, field], index) => {
      const [twinName, twin] = theirs[index] ?? [];
      return name === twinName && (field === twin || areSameFields(field, twin));
    })
  );
}

function areSameFields(one: unknown, other: unknown): boolean {
  if (one instanceof Uint8Array) return other instanceof Uint8Array && Buffer.compare(one, other) === 0;
  return isDeepStrictEqual(one, other);
}

/** There is one way to write a frame: what was read is what we would have written. */
function expectCanonical({ frames }: Decoded, bytes: Uint8Array): void {
  const spans = frameSpans(bytes, 0).filter(({ type }) => type < FIRST_OPTIONAL_TYPE);
  frames.forEach((frame, index) => {
    if (frame.type === 'close' && frame.code === 'unknown') return;
    const span = spans[index];
    expect(span !== undefined, () => `frame ${index + 1}, ${frame.type}, is not there`);
    const again = concat(encodeFrame(frame));
    const isSame = Buffer.compare(again, bytes.subarray(span.start, span.end)) === 0;
    expect(isSame, () => `frame ${index + 1}, ${frame.type}, was read from other bytes than those it is written in`);
  });
}

/** What a payload is made of: a value that can be written again, or none. */
function kindOfPayload(frame: Frame): string {
  const payload = payloadOf(frame);
  if (payload === undefined) return '';
  let value: unknown;
  try {
    value = codec.decode(payload);
  } catch (error) {
    // The receiver answers with its text, whichever error it is; but it has to say what is wrong with the bytes.
    const isPromised = error instanceof TypeError || (error as Error).constructor === Error;
    expect(isPromised, () => `the codec throws ${error} for a payload`);
    return '-';
  }
  expectPlain(value);
  const again = codec.encode(value);
  const twin = codec.encode(codec.decode(again));
  expect(Buffer.compare(again, twin) === 0, 'a value that was written and read again is another one');
  return typeof value === 'object' ? '+' : '.';
}

function payloadOf(frame: Frame): Uint8Array | undefined {
  switch (frame.type) {
    case 'hello':
    case 'welcome':
      return frame.body;
    case 'data':
      return frame.payload;
    case 'result':
      return frame.ok ? frame.value : undefined;
    case 'pong':
      return frame.health?.payload;
    default:
      return undefined;
  }
}

/** Nothing that a peer says becomes a property of all objects, or the prototype of one. */
export function expectPlain(value: unknown): void {
  expect(Object.keys(Object.prototype).length === 0, 'Object.prototype has a property more');
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return;
  const prototype: unknown = Object.getPrototypeOf(value);
  const isPlain = Array.isArray(value) || prototype === Object.prototype || prototype === null;
  expect(isPlain, 'a value that has come has another prototype than all objects');
  for (const item of Object.values(value)) if (typeof item === 'object') expectPlain(item);
}
