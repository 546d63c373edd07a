/**
 * Memory for messages on their way out, which is used again when the peer has them.
 *
 * A message waits for its acknowledgement, and so outlives the young collections that would free it for nothing: with 64 messages of
 * 1 KiB under way on each of 100 connections, a quarter of the processor time went there, with messages of 64 KiB half (Node 20).
 * Nothing has to be given back: what is not is left to the garbage collector.
 */

import { MAX_HEAP_BYTES, MAX_PIECE_BYTES, SLAB_BYTES } from './slab.ts';

/** Small pieces lie side by side, as in a slab; a larger one has a block of its own. One larger than that is rare, and nothing is kept for it. */
const MAX_LARGE_BYTES = 1_048_576;

/** What is kept for later, in a whole process: enough for bursts, and little for a process that sends messages. */
const MAX_SPARE_BYTES = 8_388_608;

/** What pieces are cut from. */
class Block extends ArrayBuffer {
  readonly bytes: Uint8Array = new Uint8Array(this);
  /** Pieces that were lent, and not given back. */
  lent = 0;
  /** Whether somebody reads it who does not say when he is done. */
  isWithheld = false;
}

/** Of each size, blocks of which nothing is lent. */
const spare = new Map<number, Block[]>();
let spareBytes = 0;

/** Where small pieces are cut from, up to here. */
let current = new Block(SLAB_BYTES);
let used = 0;

/**
 * Memory of this length, with anything in it: all of it must be filled. It may be given back with {@link giveBack}, once, when
 * nobody will look at it any more.
 */
export function lend(length: number): Uint8Array {
  if (length <= MAX_HEAP_BYTES || length > MAX_LARGE_BYTES) return new Uint8Array(length);
  if (length <= MAX_PIECE_BYTES) return lendShared(length);
  const block = take(blockSizeFor(length));
  block.lent = 1;
  return block.bytes.subarray(0, length);
}

function lendShared(length: number): Uint8Array {
  // Its length: whoever was lent a piece may have transferred all of it away.
  if (used + length > current.bytes.length) {
    current = take(SLAB_BYTES);
    used = 0;
  }
  current.lent += 1;
  used += length;
  return current.bytes.subarray(used - length, used);
}

/** Four sizes from each power of two to the next: pieces that differ by a little use each other's blocks, and none wastes more than a quarter. */
function blockSizeFor(length: number): number {
  const step = 2 ** (29 - Math.clz32(length - 1));
  return Math.ceil(length / step) * step;
}

function take(size: number): Block {
  const block = spare.get(size)?.pop();
  if (block === undefined) return new Block(size);
  spareBytes -= size;
  return block;
}

/** Takes back what {@link lend} gave; other memory is nobody's business here. */
export function giveBack(piece: Uint8Array): void {
  // To ask a typed array on the engine's heap for its buffer would make it one.
  if (piece.length <= MAX_HEAP_BYTES) return;
  const { buffer } = piece;
  if (!(buffer instanceof Block)) return;
  buffer.lent -= 1;
  if (buffer.lent > 0 || buffer.isWithheld) return;
  if (buffer === current) used = 0;
  else keep(buffer);
}

function keep(block: Block): void {
  const size = block.byteLength;
  if (spareBytes + size > MAX_SPARE_BYTES) return;
  spareBytes += size;
  const others = spare.get(size);
  if (others === undefined) spare.set(size, [block]);
  else others.push(block);
}

/** Somebody reads this memory, and does not say when he is done: it is never used again. */
export function withhold({ buffer }: Uint8Array): void {
  if (buffer instanceof Block) buffer.isWithheld = true;
}
