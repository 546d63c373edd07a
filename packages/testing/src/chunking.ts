/** Where a byte stream is cut into chunks. TCP promises nothing about it, so a decoder must live with any cut. */

/** Cuts what can be read at once into the chunks that the reader gets, in order. */
export type Chunking = (bytes: Uint8Array) => Chunks;

/** Chunks, one after the other: an array of them, or what a generator gives. */
export interface Chunks {
  [Symbol.iterator](): { next(): IteratorResult<Uint8Array, unknown> };
}

/** Chunks of so many bytes; the last one may be shorter. `chunksOf(1)` is the hardest on a decoder. */
export function chunksOf(size: number): Chunking {
  return (bytes) => cut(bytes, () => size);
}

/** Chunks of 1 to `maxBytes` bytes, drawn from `random`, such as a `seededRandom`. */
export function randomChunks(random: () => number, maxBytes: number): Chunking {
  return (bytes) => cut(bytes, () => 1 + Math.floor(random() * maxBytes));
}

function* cut(bytes: Uint8Array, nextSize: () => number): Generator<Uint8Array, void> {
  let begin = 0;
  while (begin < bytes.length) {
    const end = begin + Math.max(nextSize(), 1);
    yield bytes.subarray(begin, end);
    begin = end;
  }
}
