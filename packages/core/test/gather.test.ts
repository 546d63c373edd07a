import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gather, MAX_GATHERED_BYTES } from '../src/rules/gather.ts';

const chunkOf = (length: number): Uint8Array => new Uint8Array(length).fill(length % 251);

function bytesOf(chunks: readonly Uint8Array[]): number[] {
  return chunks.flatMap((chunk) => [...chunk]);
}

describe('gathering the chunks of a write', () => {
  it('makes one chunk of 64 small ones', () => {
    const chunks = Array.from({ length: 64 }, (_, index) => chunkOf(index));
    const gathered = gather(chunks);
    expect(gathered).toHaveLength(1);
    expect(bytesOf(gathered)).toEqual(bytesOf(chunks));
  });

  it('hands a chunk through that stands alone, and none where there is none', () => {
    const [small, large] = [chunkOf(10), chunkOf(MAX_GATHERED_BYTES + 1)];
    expect(gather([small])[0]).toBe(small);
    expect(gather([large])[0]).toBe(large);
    expect(gather([])).toEqual([]);
  });

  it(`copies no chunk of more than ${MAX_GATHERED_BYTES} bytes`, () => {
    const large = chunkOf(MAX_GATHERED_BYTES + 1);
    const gathered = gather([chunkOf(1), chunkOf(2), large, chunkOf(3), chunkOf(MAX_GATHERED_BYTES)]);
    expect(gathered.map(({ length }) => length)).toEqual([3, large.length, 3 + MAX_GATHERED_BYTES]);
    expect(gathered[1]).toBe(large);
  });

  it('keeps every byte in its order, whatever the sizes', () => {
    const sizes = fc.array(fc.oneof(fc.nat(100), fc.nat(3 * MAX_GATHERED_BYTES)), { maxLength: 12 });
    fc.assert(
      fc.property(sizes, (lengths) => {
        const chunks = lengths.map(chunkOf);
        expect(Buffer.concat(gather(chunks)).equals(Buffer.concat(chunks))).toBe(true);
      }),
    );
  });
});
