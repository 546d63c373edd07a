/** What attackers say: frames, and bytes that are none. */

import { randomUUID } from 'node:crypto';
import type { Frame } from '@systole/core';
import { encodeFrame, msgpackCodec } from '@systole/core';
import { SECRET } from './plan.ts';

/** Magic and wire version 1, as docs/PROTOCOL.md has them. */
export const PREAMBLE: Uint8Array = Uint8Array.of(0xe5, 0x53, 0x59, 0x53, 1);

const codec = msgpackCodec();

/** A message as it travels. */
export function encode(message: unknown): Uint8Array {
  return codec.encode(message);
}

/** What a map of the handshake says. */
export function decode(body: Uint8Array): Readonly<Record<string, unknown>> {
  return codec.decode(body) as Readonly<Record<string, unknown>>;
}

/** The bytes of frames. */
export function bytesOf(...frames: readonly Frame[]): Uint8Array {
  return Buffer.concat(frames.flatMap((frame) => encodeFrame(frame)));
}

/** A HELLO that the server accepts, of somebody who was never there before; it watches nobody, and its session ends with its connection. */
export function hello(fields: Readonly<Record<string, unknown>> = {}): Frame {
  const map = {
    session: '',
    token: '',
    boot: randomUUID(),
    epoch: 1,
    resume: 0,
    received: 0,
    settled: 0,
    credit: 2 ** 30,
    codec: 'msgpack',
    keepalive: null,
    minPing: 100,
    maxMessage: 1_048_576,
    metadata: {},
    credentials: { name: `insider ${randomUUID()}`, secret: SECRET },
  };
  return { type: 'hello', body: encode({ ...map, ...fields }) };
}

/** A whole message. */
export function data(number: number, message: unknown): Frame {
  return { type: 'data', number, part: 'whole', payload: encode(message) };
}

/** The parts of the first message, of which the last never comes. */
export function endless(parts: number, partBytes: number): readonly Frame[] {
  const payload = new Uint8Array(partBytes);
  return Array.from({ length: parts }, (_, index) => {
    return { type: 'data', number: 1, part: index === 0 ? 'first' : 'middle', payload };
  });
}

/** Counters of somebody who has taken nothing in, but for those given. */
export function ack(counters: Partial<Omit<Extract<Frame, { readonly type: 'ack' }>, 'type'>> = {}): Frame {
  return { type: 'ack', received: 0, handled: 0, settled: 0, read: 0, limit: 2 ** 30, ...counters };
}

/** A goodbye for the whole session. */
export const GOODBYE: Frame = {
  type: 'close',
  scope: 'session',
  code: 'normal',
  lastAccepted: 0,
  retryAfterMs: 0,
  spreadMs: 0,
  reason: '',
};

/** A length field of four bytes, which is true or not. */
export function lengthField(length: number): Uint8Array {
  const field = Buffer.alloc(4);
  field.writeUInt32BE(length + 0x8000_0000);
  return field;
}

/** 2^32 as a length field: 4 GiB. */
export const FOUR_GIB: Uint8Array = Uint8Array.of(0xc0, 0, 0, 1, 0, 0, 0, 0);
