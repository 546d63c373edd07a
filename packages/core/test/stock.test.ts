import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { giveBack, lend, withhold } from '../src/rules/stock.ts';
import { holds } from './support/holds.ts';

/** What is given back may be lent again; other tests must not find it, so each takes sizes of its own. */
function lendAll(count: number, bytes: number): Uint8Array[] {
  return Array.from({ length: count }, () => lend(bytes));
}

const buffersOf = (pieces: readonly Uint8Array[]) => new Set(pieces.map(({ buffer }) => buffer));

/** Four pieces that have a whole block for themselves. */
function fillBlock(): Uint8Array[] {
  let first = lend(2_048);
  while (first.byteOffset > 0) first = lend(2_048);
  return [first, ...lendAll(3, 2_048)];
}

describe('lend', () => {
  it.each([0, 1, 64, 65, 2_048, 2_049, 16_384, 16_385, 1_048_576, 1_048_577])('gives exactly %i bytes', (length) => {
    const piece = lend(length);
    expect([piece.length, piece.constructor]).toEqual([length, Uint8Array]);
    giveBack(piece);
  });

  it('keeps pieces apart that are out at the same time, in whatever order they come back', () => {
    const steps = fc.array(fc.record({ bytes: fc.integer({ min: 0, max: 40_000 }), back: fc.nat(9) }), {
      maxLength: 60,
    });
    holds(
      fc.property(steps, (taken) => {
        const out: { piece: Uint8Array; mark: number }[] = [];
        const check = ({ piece, mark }: { piece: Uint8Array; mark: number }) =>
          expect(piece.every((byte) => byte === mark)).toBe(true);
        for (const [mark, { bytes, back }] of taken.entries()) {
          out.push({ piece: lend(bytes).fill(mark), mark });
          const [returned] = back < 5 ? out.splice(back, 1) : [];
          if (returned === undefined) continue;
          check(returned);
          giveBack(returned.piece);
        }
        for (const lent of out) check(lent);
        for (const { piece } of out) giveBack(piece);
      }),
    );
  });

  it.each([
    [65, 8_192],
    [2_048, 8_192],
    [2_049, 2_560],
    [2_560, 2_560],
    [4_096, 4_096],
    [4_097, 5_120],
    [65_541, 81_920],
    [1_048_576, 1_048_576],
  ])(
    'holds 8 KiB for a small piece, and at most a quarter more than it needs for a large one: for %i bytes %i',
    (length, held) => {
      expect(lend(length).buffer.byteLength).toBe(held);
    },
  );

  it('goes on after its memory was transferred away', () => {
    const piece = lend(100);
    structuredClone(piece.buffer, { transfer: [piece.buffer as ArrayBuffer] });
    giveBack(piece);
    expect(lend(100).length).toBe(100);
  });
});

describe('giveBack', () => {
  it('makes a large piece available again', () => {
    const first = lend(100_000);
    giveBack(first);
    expect(lend(99_000).buffer).toBe(first.buffer);
  });

  it('makes a block available again when the last of its small pieces is back, and not before', () => {
    const pieces = fillBlock();
    const { buffer } = pieces[0] as Uint8Array;
    for (const piece of pieces.slice(1)) giveBack(piece);
    // What is left of the block after it, and then another one.
    expect(buffersOf(lendAll(5, 2_048)).has(buffer)).toBe(false);
    giveBack(pieces[0] as Uint8Array);
    expect(buffersOf(lendAll(5, 2_048)).has(buffer)).toBe(true);
  });

  it('uses the first bytes of a block again at once where nothing else is lent of it', () => {
    const first = lendAll(8, 2_000);
    for (const piece of first) giveBack(piece);
    const offsets = Array.from({ length: 10 }, () => {
      const piece = lend(2_000);
      giveBack(piece);
      return piece.byteOffset;
    });
    expect(new Set(offsets)).toEqual(new Set([0]));
  });

  it('leaves other memory alone', () => {
    const bytes = Uint8Array.of(1, 2, 3);
    giveBack(bytes);
    giveBack(Buffer.from('from a pool'));
    expect(bytes).toEqual(Uint8Array.of(1, 2, 3));
  });

  it('keeps at most 8 MiB: of 12 MiB that come back, 4 are left to the collector', async () => {
    vi.resetModules(); // a stock in which nothing is kept yet
    const stock = await import('../src/rules/stock.ts');
    const take = () => Array.from({ length: 12 }, () => stock.lend(1_048_576));
    const pieces = take();
    const known = buffersOf(pieces);
    for (const piece of pieces) stock.giveBack(piece);
    expect(take().filter(({ buffer }) => known.has(buffer))).toHaveLength(8);
  });
});

describe('withhold', () => {
  it('takes memory out of use for ever', () => {
    const piece = lend(200_000);
    withhold(piece.subarray(5));
    giveBack(piece);
    expect(lend(200_000).buffer).not.toBe(piece.buffer);
  });

  it('leaves other memory alone', () => {
    withhold(Uint8Array.of(1));
    expect(lend(10).length).toBe(10);
  });
});
