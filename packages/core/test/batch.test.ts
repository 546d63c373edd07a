import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { giveBack, lend } from '../src/rules/stock.ts';
import { Batch, PAGE_BYTES } from '../src/session/batch.ts';
import { concat } from './support/arbitrary-frame.ts';
import { holds } from './support/holds.ts';

/** `count` bytes of one value. */
function piece(count: number, value = 1): Uint8Array {
  return new Uint8Array(count).fill(value);
}

/** A batch of these pieces. */
function batchOf(...pieces: readonly Uint8Array[]): Batch {
  const batch = Batch.take();
  for (const bytes of pieces) batch.put(bytes);
  return batch;
}

const isSame = (chunks: readonly Uint8Array[], wanted: Uint8Array) => Buffer.concat(chunks).equals(wanted);
const bufferOf = (batch: Batch) => batch.chunks[0]?.buffer;
const offsetOf = (batch: Batch) => batch.chunks[0]?.byteOffset;

describe('Batch', () => {
  it('has no chunk and no byte to begin with', () => {
    const batch = Batch.take();
    expect([batch.chunks, batch.byteCount]).toEqual([[], 0]);
    batch.release(true);
  });

  it('gives 3 small pieces out as 1 chunk', () => {
    const batch = batchOf(piece(3), piece(4_096, 2), piece(5, 3));
    expect(batch.byteCount).toBe(4_104);
    expect(batch.chunks).toEqual([concat([piece(3), piece(4_096, 2), piece(5, 3)])]);
    batch.release(true);
  });

  it('hands a piece of 4,097 bytes through, in its place', () => {
    const large = piece(4_097, 2);
    const batch = batchOf(piece(3), large, piece(4, 3), piece(1, 4));
    expect(batch.chunks).toEqual([piece(3), large, Uint8Array.of(3, 3, 3, 3, 4)]);
    expect(batch.chunks[1]).toBe(large);
    batch.release(true);
  });

  it('uses memory again that was read, and not what still is to be', () => {
    const first = batchOf(piece(10));
    const [buffer, offset] = [bufferOf(first), offsetOf(first)];
    first.release(true);
    const second = batchOf(piece(20));
    expect([bufferOf(second), offsetOf(second)]).toEqual([buffer, offset]);
    const [chunk] = second.chunks;
    second.release(false);
    const third = batchOf(piece(20, 2));
    expect(chunk).toEqual(piece(20));
    third.release(true);
  });

  it('withholds lent memory that the kernel has not taken at once: an ACK in advance does not free it', () => {
    const [taken, waiting] = [lend(234_567), lend(234_567)];
    batchOf(taken).release(true);
    const stuck = batchOf(piece(1), waiting);
    expect(stuck.chunks).toHaveLength(2);
    stuck.release(false);
    giveBack(taken);
    giveBack(waiting);
    const [one, other] = [lend(234_567), lend(234_567)];
    expect([one.buffer === taken.buffer, other.buffer === waiting.buffer]).toEqual([true, false]);
  });

  it('does not use memory again in front of another batch', () => {
    const first = batchOf(piece(10));
    const second = batchOf(piece(10, 2));
    first.release(true);
    const third = batchOf(piece(10, 3));
    expect([second.chunks, third.chunks]).toEqual([[piece(10, 2)], [piece(10, 3)]]);
    third.release(true);
    second.release(true);
  });

  it('holds no page while it is not in use', () => {
    const batch = batchOf(piece(10));
    batch.release(true);
    expect([batch.bytes.length, batch.chunks, batch.byteCount]).toEqual([0, [], 0]);
  });

  it('begins a page where the last one is full', () => {
    const pieces = Array.from({ length: 20 }, (_, index) => piece(4_000, index));
    const batch = batchOf(...pieces);
    expect(batch.chunks.length).toBeLessThanOrEqual(3);
    for (const { buffer } of batch.chunks) expect(buffer.byteLength).toBe(PAGE_BYTES);
    expect(isSame(batch.chunks, concat(pieces))).toBe(true);
    batch.release(true);
  });

  it('has room for a frame that is longer than a page', () => {
    const batch = Batch.take();
    batch.bytes.fill(1, batch.reserve(PAGE_BYTES + 1));
    expect(batch.chunks.map(({ length }) => length)).toEqual([PAGE_BYTES + 1]);
    batch.release(true);
  });

  it('keeps the bytes of batches apart that are filled and written in any order', () => {
    const step = fc.record({
      batch: fc.nat(3),
      size: fc.integer({ min: 1, max: 9_000 }),
      act: fc.nat(5),
      isRead: fc.boolean(),
    });
    holds(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const open = new Map<number, { batch: Batch; wanted: Uint8Array[] }>();
        /** What a slow peer's queue holds: it must stay as it was written. */
        const unread: { chunks: readonly Uint8Array[]; wanted: Uint8Array }[] = [];
        for (const [index, { batch: key, size, act, isRead }] of steps.entries()) {
          const item = open.get(key) ?? { batch: Batch.take(), wanted: [] };
          open.set(key, item);
          const bytes = piece(size, index);
          item.batch.put(bytes);
          item.wanted.push(bytes);
          if (act > 0) continue;
          open.delete(key);
          const written = { chunks: item.batch.chunks, wanted: concat(item.wanted) };
          expect(item.batch.byteCount).toBe(written.wanted.length);
          expect(isSame(written.chunks, written.wanted)).toBe(true);
          if (!isRead) unread.push(written);
          item.batch.release(isRead);
        }
        for (const { batch, wanted } of open.values()) expect(isSame(batch.chunks, concat(wanted))).toBe(true);
        for (const { chunks, wanted } of unread) expect(isSame(chunks, wanted)).toBe(true);
      }),
    );
  });
});
