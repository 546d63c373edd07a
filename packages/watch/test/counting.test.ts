// What counts as how many bytes, of all that a stream of Node takes.

import { Buffer } from 'node:buffer';
import { delimited } from '@systole/core';
import { ManualClock } from '@systole/testing';
import { watch } from '@systole/watch';
import { describe, expect, it } from 'vitest';
import { FakeStream, TRIPLE } from './peer.ts';

const CHUNKS: readonly [string, chunk: unknown, encoding: BufferEncoding | undefined, bytes: number][] = [
  ['2 letters, one of them not of ASCII', 'aä', undefined, 3],
  ['4 digits of hex', 'c3a4', 'hex', 2],
  ['8 letters of base64', Buffer.from('12345').toString('base64'), 'base64', 5],
  ['a Buffer of 7', Buffer.alloc(7), undefined, 7],
  ['100 numbers of 16 bits', new Uint16Array(100), undefined, 200],
  ['a DataView of 9', new DataView(new ArrayBuffer(20), 5, 9), undefined, 9],
];

describe('a watched stream', () => {
  it.each(CHUNKS)('counts %s as they come and as they leave', (_what, chunk, encoding, bytes) => {
    const stream = new FakeStream();
    const watching = watch(stream, { clock: new ManualClock(), keepalive: TRIPLE });
    stream.push(chunk, encoding);
    stream.write(chunk, encoding ?? 'utf8');
    expect(watching.inspect()).toMatchObject({ bytesIn: bytes, bytesOut: bytes });
    watching.stop();
    expect(stream.readableLength).toBe(bytes); // as Node itself counts
  });

  it('counts 0 bytes of what it refuses to take', () => {
    const stream = new FakeStream();
    const watching = watch(stream, { clock: new ManualClock(), keepalive: TRIPLE });
    expect(() => stream.write(5)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }));
    expect(watching.inspect()).toMatchObject({ bytesOut: 0 });
  });

  it.each<[string, unknown, BufferEncoding | undefined]>([
    ['hex', Buffer.from('PONG\r\n').toString('hex'), 'hex'],
    ['a DataView', new DataView(Uint8Array.from(Buffer.from('..PONG\r\n')).buffer, 2), undefined],
  ])('finds the reply in %s: 1 round trip of 40 ms', (_what, chunk, encoding) => {
    const stream = new FakeStream();
    const clock = new ManualClock();
    const reply = { framer: delimited(), matches: (message: Uint8Array) => Buffer.from(message).toString() === 'PONG' };
    const watching = watch(stream, { clock, keepalive: TRIPLE, random: () => 0, probe: () => {}, reply });
    clock.advance(1_040);
    stream.push(chunk, encoding);
    expect(watching.inspect().rtt?.smoothedMs).toBe(40);
    watching.stop();
  });
});
