// The memory that one peer can have us keep, step by step: what SECURITY.md promises of it. Sockets and TLS are not in these figures.

import { describe, expect, it } from 'vitest';
import { msgpackCodec } from '../../src/rules/msgpack-codec.ts';
import type { Rig } from '../support/connection-rig.ts';
import { bytesOf, createRig, PREAMBLE } from '../support/connection-rig.ts';
import { heapOf } from '../support/heap.ts';

const PEERS = 20;

/** What one of 20 connections takes of the heap, its fake transport, clock and owner included. */
function memoryOf(step: (rig: Rig) => void): number {
  const all = heapOf(() =>
    Array.from({ length: PEERS }, () => {
      const rig = createRig('server');
      step(rig);
      return rig;
    }),
  );
  return all / PEERS;
}

const FIELDS = {
  session: '',
  token: '',
  boot: 'b-1',
  epoch: 1,
  resume: 120_000,
  received: 0,
  settled: 0,
  credit: 4_194_304,
  codec: 'msgpack',
  minPing: 1_000,
  maxMessage: 1_048_576,
};

/** Preamble and a HELLO with these credentials. */
function introduction(credentials: unknown): Uint8Array {
  const body = msgpackCodec().encode({ ...FIELDS, credentials });
  return Buffer.concat([PREAMBLE, bytesOf({ type: 'hello', body })]);
}

const LARGEST = introduction('x'.repeat(16_180));

/** In so many bytes at a time, each in a chunk of its own. */
function drip(rig: Rig, bytes: Uint8Array, count: number): void {
  for (let at = 0; at < bytes.length; at += count) {
    rig.connection.handleBytes(bytes.slice(at, at + count));
    rig.take();
  }
}

describe('one peer takes', () => {
  it('less than 4 KiB before its first byte, and with half a preamble', () => {
    expect(memoryOf(() => {})).toBeLessThan(4_096);
    expect(memoryOf((rig) => rig.connection.handleBytes(PREAMBLE.subarray(0, 3)))).toBeLessThan(4_096);
  });

  it.each([7, 16_000])(
    'less than 32 KiB with all but the last byte of a HELLO of 16 KiB, in chunks of %i bytes',
    (count) => {
      expect(LARGEST.length).toBeGreaterThan(16_300);
      expect(memoryOf((rig) => drip(rig, LARGEST.subarray(0, -1), count))).toBeLessThan(32_768);
    },
  );

  it.each<[string, unknown]>([
    ['1,000 empty maps', Array.from({ length: 1_000 }, () => ({}))],
    ['540 maps of the key 9', Array.from({ length: 540 }, () => ({ 9: null }))],
  ])('less than 256 KiB while its HELLO is judged, with %s for credentials', (_what, credentials) => {
    const bytes = introduction(credentials);
    const judge = (rig: Rig) => {
      rig.connection.handleBytes(bytes.slice());
      expect(rig.owner.introductions).toHaveLength(1);
    };
    expect(memoryOf(judge)).toBeLessThan(262_144);
  });
});
