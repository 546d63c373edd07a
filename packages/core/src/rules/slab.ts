/**
 * Memory for small pieces of bytes.
 *
 * The engine keeps a typed array of up to 64 bytes on its own heap; a larger one gets a backing store, which takes about
 * ten times as long to make as a view (1 us against 0.1 us, Node 20). Small pieces therefore lie side by side in slabs,
 * as in Node's Buffer pool. A piece that is kept for long holds one slab, 8 KiB, and no more.
 *
 * What is kept and what is only passing lie in different slabs: side by side, a message that waits for its result for an hour would
 * hold the memory of the frame that it left in, too.
 */

const SLAB_BYTES = 8_192;
const MAX_HEAP_BYTES = 64;
/** At least four pieces a slab, or it would not be worth it. */
const MAX_PIECE_BYTES = SLAB_BYTES / 4;

class Slab {
  #bytes = new Uint8Array(0);
  #used = 0;

  take(length: number): Uint8Array {
    if (length <= MAX_HEAP_BYTES || length > MAX_PIECE_BYTES) return new Uint8Array(length);
    if (this.#used + length > this.#bytes.length) {
      this.#bytes = new Uint8Array(SLAB_BYTES);
      this.#used = 0;
    }
    this.#used += length;
    return this.#bytes.subarray(this.#used - length, this.#used);
  }
}

const passing = new Slab();
const kept = new Slab();

/** Zeroed memory that nothing else looks at, for what will soon be gone. Its `buffer` may hold other pieces too: never transfer it. */
export function allocate(length: number): Uint8Array {
  return passing.take(length);
}

/** The same for what is to be kept. */
export function allocateKept(length: number): Uint8Array {
  return kept.take(length);
}

/** The same bytes, to be kept, in memory of their own; always a plain Uint8Array: `slice` of a Buffer would be a view. */
export function copyOf(bytes: Uint8Array, start: number = 0, end: number = bytes.length): Uint8Array {
  const copy = kept.take(end - start);
  // To copy a few bytes takes less than to make the view that `set` wants.
  if (copy.length <= MAX_HEAP_BYTES) for (let i = 0; i < copy.length; i += 1) copy[i] = bytes[start + i] as number;
  else copy.set(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end));
  return copy;
}
