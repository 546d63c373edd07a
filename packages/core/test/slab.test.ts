import { describe, expect, it } from 'vitest';
import { allocate, copyOf, keptCopy, ownCopy } from '../src/rules/slab.ts';

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
  it('copies a piece of 4,095 bytes out of its chunk, and keeps the view of one of 4,096', () => {
    const chunk = new Uint8Array(65_536).fill(7);
    expect(keptCopy(chunk.subarray(1, 4_096))).toEqual(chunk.subarray(1, 4_096));
    expect(keptCopy(chunk.subarray(1, 4_096)).buffer).not.toBe(chunk.buffer);
    expect(keptCopy(chunk.subarray(1, 4_097)).buffer).toBe(chunk.buffer);
  });
});

describe('ownCopy', () => {
  it.each([0, 1, 64, 65, 3_000])('gives %i bytes a memory that holds nothing else', (length) => {
    const bytes = Buffer.from(new Uint8Array(length + 2).map((_, index) => index % 256));
    const copy = ownCopy(bytes, 2);
    expect(copy).toEqual(new Uint8Array(bytes).subarray(2));
    expect([copy.constructor, copy.buffer.byteLength]).toEqual([Uint8Array, length]);
  });
});
