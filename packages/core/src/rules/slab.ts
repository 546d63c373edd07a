/**
 * Memory for small pieces of bytes that are kept.
 *
 * The engine keeps a typed array of up to 64 bytes on its own heap; a larger one gets a backing store, and to make, fill and
 * collect one takes 1.2 to 1.7 us, where a piece of a slab takes 0.3 to 0.5 us (Node 20). Small pieces therefore lie side by side in slabs,
 * as in Node's Buffer pool. A piece holds its slab, 8 KiB, for as long as it is kept: what a peer can have us keep for long is no
 * piece of one that others share.
 */

/** What small pieces lie in side by side. */
export const SLAB_BYTES = 8_192;
/** The engine keeps a typed array of up to this size on its own heap, where it costs least. */
export const MAX_HEAP_BYTES = 64;
/** At least four pieces a slab, or it would not be worth it. */
export const MAX_PIECE_BYTES: number = SLAB_BYTES / 4;

/** To copy less than this costs less than what is left of its chunk. */
const MIN_KEPT_VIEW_BYTES = 4_096;

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

/**
 * Bytes that were cut from a chunk, to be kept for as long as their sender likes: as a copy that shares its memory with nobody,
 * unless they are most of the chunk. So they hold at most twice their memory.
 */
export function keptCopy(bytes: Uint8Array): Uint8Array {
  return isMostOfChunk(bytes) ? bytes : copyInto(new Uint8Array(bytes.length), bytes);
}

/** The same of pieces that came together and go one after the other: the copies lie side by side, in one block for all of them. */
export function keptCopies(pieces: readonly Uint8Array[]): readonly Uint8Array[] {
  if (pieces.length < 2) return pieces.map(keptCopy);
  const block = new Uint8Array(pieces.reduce((sum, piece) => sum + (isMostOfChunk(piece) ? 0 : piece.length), 0));
  let used = 0;
  return pieces.map((piece) => {
    if (isMostOfChunk(piece)) return piece;
    used += piece.length;
    return copyInto(block.subarray(used - piece.length, used), piece);
  });
}

/**
 * Whether a view is at least half of what it keeps in memory. With less, a peer could fill the rest of each chunk with what costs
 * it no credit, such as unknown optional frames, and have us hold 16 times what it was granted.
 */
function isMostOfChunk(bytes: Uint8Array): boolean {
  return bytes.length >= MIN_KEPT_VIEW_BYTES && 2 * bytes.length >= bytes.buffer.byteLength;
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
