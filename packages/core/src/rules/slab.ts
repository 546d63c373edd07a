/**
 * Memory for small pieces of bytes that are kept.
 *
 * The engine keeps a typed array of up to 64 bytes on its own heap; a larger one gets a backing store, which takes about
 * ten times as long to make as a view (1 us against 0.1 us, Node 20). Small pieces therefore lie side by side in slabs,
 * as in Node's Buffer pool. A piece that is kept for long holds one slab, 8 KiB, and no more.
 */

const SLAB_BYTES = 8_192;
const MAX_HEAP_BYTES = 64;
/** At least four pieces a slab, or it would not be worth it. */
const MAX_PIECE_BYTES = SLAB_BYTES / 4;

/** A view of at least this size is worth keeping for the chunk that it keeps in memory; a smaller one is copied. */
const MIN_KEPT_VIEW_BYTES = 4_096;

let slab = new Uint8Array(0);
let used = 0;

/** Zeroed memory that nothing else looks at. Its `buffer` may hold other pieces too: never transfer it. */
export function allocate(length: number): Uint8Array {
  if (length <= MAX_HEAP_BYTES || length > MAX_PIECE_BYTES) return new Uint8Array(length);
  if (used + length > slab.length) {
    slab = new Uint8Array(SLAB_BYTES);
    used = 0;
  }
  used += length;
  return slab.subarray(used - length, used);
}

/** The same bytes in other memory; always a plain Uint8Array: `slice` of a Buffer would be a view. */
export function copyOf(bytes: Uint8Array): Uint8Array {
  return copyInto(allocate(bytes.length), bytes);
}

/** Bytes that were cut from a chunk, to be kept: small ones as a copy, so that they do not keep a chunk of 64 KiB. */
export function keptCopy(bytes: Uint8Array): Uint8Array {
  return bytes.length < MIN_KEPT_VIEW_BYTES ? copyOf(bytes) : bytes;
}

/** What is behind `start`, in memory that is its own alone: it can be transferred. */
export function ownCopy(bytes: Uint8Array, start: number): Uint8Array {
  return copyInto(new Uint8Array(bytes.length - start), bytes, start);
}

function copyInto(target: Uint8Array, bytes: Uint8Array, start: number = 0): Uint8Array {
  // To copy a few bytes takes less than to make the view that `set` wants.
  if (target.length <= MAX_HEAP_BYTES) {
    for (let i = 0; i < target.length; i += 1) target[i] = bytes[start + i] as number;
  } else {
    target.set(start === 0 ? bytes : bytes.subarray(start));
  }
  return target;
}
