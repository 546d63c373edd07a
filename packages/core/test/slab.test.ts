import { describe, expect, it } from 'vitest';
import { allocate, copyInto, copyOf, keptCopies, keptCopy, slabs } from '../src/rules/slab.ts';

describe('allocate', () => {
  it.each([0, 1, 64, 65, 2_048, 2_049, 10_000])('gives exactly %i zeroed bytes', (length) => {
    expect(allocate(length)).toEqual(new Uint8Array(length));
  });

  it('keeps 200 pieces apart', () => {
    const pieces = Array.from({ length: 200 }, (_, index) => allocate(65 + index).fill(index));
    for (const [index, piece] of pieces.entries()) expect(piece.every((byte) => byte === index)).toBe(true);
  });

  it('holds at most 8 KiB for a small piece and nothing besides a large one', () => {
    expect(allocate(64).buffer.byteLength).toBe(64);
    for (let i = 0; i < 100; i += 1) expect(allocate(100).buffer.byteLength).toBe(8_192);
    expect(allocate(2_048).buffer.byteLength).toBe(8_192);
    expect(allocate(2_049).buffer.byteLength).toBe(2_049);
  });

  it('fills a slab with 4 pieces of 2048 bytes, to the last byte', () => {
    const slabs = Array.from({ length: 40 }, () => allocate(2_048).buffer);
    expect(new Set(slabs.slice(4)).size).toBeLessThanOrEqual(10);
  });

  it('goes on after a slab was transferred away', () => {
    const piece = allocate(100);
    structuredClone(piece.buffer, { transfer: [piece.buffer as ArrayBuffer] });
    expect(allocate(100)).toEqual(new Uint8Array(100));
  });
});

describe('copyOf', () => {
  it('copies a Buffer into a plain Uint8Array that does not change with it', () => {
    const buffer = Buffer.alloc(100, 7);
    const copy = copyOf(buffer);
    buffer.fill(0);
    expect(copy).toEqual(new Uint8Array(100).fill(7));
    expect(copy.constructor).toBe(Uint8Array);
  });
});

describe('keptCopy', () => {
  it.each([
    { chunkBytes: 5_000, copied: 4_095, kept: 4_096 },
    { chunkBytes: 65_536, copied: 32_767, kept: 32_768 },
  ])('copies a piece of $copied bytes out of a chunk of $chunkBytes, and keeps the view of one of $kept', (sizes) => {
    const chunk = new Uint8Array(sizes.chunkBytes).fill(7);
    const copy = keptCopy(chunk.subarray(1, 1 + sizes.copied));
    expect(copy).toEqual(new Uint8Array(sizes.copied).fill(7));
    expect(copy.buffer.byteLength).toBe(sizes.copied);
    expect(keptCopy(chunk.subarray(1, 1 + sizes.kept)).buffer).toBe(chunk.buffer);
  });

  it('shares no slab: 100 pieces of 100 bytes hold 100 bytes each', () => {
    const chunk = new Uint8Array(10_000).map((_, index) => index);
    const copies = Array.from({ length: 100 }, (_, index) => keptCopy(chunk.subarray(index * 100, (index + 1) * 100)));
    expect(copies.map((copy) => copy.buffer.byteLength)).toEqual(copies.map(() => 100));
    expect(Buffer.concat(copies)).toEqual(Buffer.from(chunk));
  });
});

describe('keptCopies', () => {
  it('copies 3 pieces into one block of their length, and keeps the view of what is half of the chunk', () => {
    const chunk = new Uint8Array(10_000).map((_, index) => index);
    const pieces = [
      chunk.subarray(0, 10),
      chunk.subarray(10, 5_010),
      chunk.subarray(6_000, 6_000),
      chunk.subarray(7_000),
    ];
    const copies = keptCopies(pieces);
    expect(copies).toEqual(pieces);
    expect(copies.map(({ buffer }) => buffer === chunk.buffer)).toEqual([false, true, false, false]);
    expect(new Set(copies.map(({ buffer }) => buffer.byteLength))).toEqual(new Set([3_010, 10_000]));
  });

  it('copies nothing of nothing, and 1 piece by itself', () => {
    expect(keptCopies([])).toEqual([]);
    expect(keptCopies([new Uint8Array(10_000).subarray(0, 100)])[0]?.buffer.byteLength).toBe(100);
  });
});

describe('copyInto', () => {
  it.each([0, 1, 64, 65, 3_000])('copies the last %i bytes, and returns where they are', (length) => {
    const bytes = Buffer.from(new Uint8Array(length + 2).map((_, index) => index % 256));
    const target = new Uint8Array(length);
    expect(copyInto(target, bytes, 2)).toBe(target);
    expect(target).toEqual(new Uint8Array(bytes).subarray(2));
  });
});

describe('slabs', () => {
  it('gives each slab away before anything is in it, once', () => {
    const prepared: ArrayBuffer[] = [];
    const cut = slabs((slab) => prepared.push(slab));
    const pieces = Array.from({ length: 9 }, () => cut(1_000));
    expect(prepared).toHaveLength(2);
    expect(pieces.map(({ buffer }) => prepared.indexOf(buffer as ArrayBuffer))).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 1]);
    expect(slabs()(1_000).buffer).not.toBe(pieces[8]?.buffer);
  });
});
