/**
 * Memory for small pieces of bytes that are kept.
 *
 * The engine keeps a typed array of up to 64 bytes on its own heap; a larger one gets a backing store, and to make, fill and
 * collect one takes 1.2 to 1.7 us, where a piece of a slab takes 0.3 to 0.5 us (Node 20). Small pieces therefore lie side by side in slabs,
 * as in Node's Buffer pool. A piece that is kept for long holds one slab, 8 KiB, and no more.
 */

/** What small pieces lie in side by side. */
export const SLAB_BYTES = 8_192;
/** The engine keeps a typed array of up to this size on its own heap, where it costs least. */
export const MAX_HEAP_BYTES = 64;
/** At least four pieces a slab, or it would not be worth it. */
export const MAX_PIECE_BYTES: number = SLAB_BYTES / 4;

/** To copy less than this costs less than what is left of its chunk. */
const MIN_KEPT_VIEW_BYTES = 4_096;

/**
 * A view is worth the chunk that it keeps in memory if it is at least half of it. With less, a peer could fill the rest of each
 * chunk with what costs it no credit, such as unknown optional frames, and have us hold 16 times what it was granted.
 */
const MIN_KEPT_SHARE = 1 / 2;

/** Gives memory of this length, all of which must be filled. Its `buffer` may hold other pieces too: never transfer it. */
export type Allocate = (length: number) => Uint8Array;

/** Slabs that nobody else cuts from. `prepare` is given each slab before anything is in it. */
export function slabs(prepare: (slab: ArrayBuffer) => void = () => {}): Allocate {
  let slab = new Uint8Array(0);
  let used = 0;
  return (length) => {
    if (length <= MAX_HEAP_BYTES || length > MAX_PIECE_BYTES) return new Uint8Array(length);
    if (used + length > slab.length) {
      const buffer = new ArrayBuffer(SLAB_BYTES);
      prepare(buffer);
      slab = new Uint8Array(buffer);
      used = 0;
    }
    used += length;
    return slab.subarray(used - length, used);
  };
}

/** For what we keep ourselves. */
export const allocate: Allocate = slabs();

/** The same bytes in other memory; always a plain Uint8Array: `slice` of a Buffer would be a view. */
export function copyOf(bytes: Uint8Array): Uint8Array {
  return copyInto(allocate(bytes.length), bytes);
}

/** Bytes that were cut from a chunk, to be kept: as a copy, unless they are most of it. They hold at most twice their memory. */
export function keptCopy(bytes: Uint8Array): Uint8Array {
  const { length } = bytes;
  const isMost = length >= MIN_KEPT_VIEW_BYTES && length >= bytes.buffer.byteLength * MIN_KEPT_SHARE;
  return isMost ? bytes : copyOf(bytes);
}

/** Copies what is behind `start`. */
export function copyInto(target: Uint8Array, bytes: Uint8Array, start: number = 0): Uint8Array {
  // To copy a few bytes takes less than to make the view that `set` wants.
  if (target.length <= MAX_HEAP_BYTES) {
    for (let i = 0; i < target.length; i += 1) target[i] = bytes[start + i] as number;
  } else {
    target.set(start === 0 ? bytes : bytes.subarray(start));
  }
  return target;
}
