/** The splitter of the byte stream: chunks of any size in, one frame at a time out. */

import { ProtocolError } from '../words/errors.ts';
import type { Frame } from '../words/frame.ts';
import { decodeFrame } from './frame-codec.ts';
import { plainView, withRoom } from './pieces.ts';
import { readVarint, varintSizeFrom } from './varint.ts';

const NOTHING = new Uint8Array(0);

/**
 * Splits one connection's bytes into frames. Give it each chunk with {@link push}, then call {@link next} until it
 * returns undefined; between two frames it can be left alone for as long as you like.
 *
 * A frame that lies whole in its chunk is read in place. Of one that does not, the beginning is gathered in a buffer that
 * grows as bytes arrive: memory is taken for what has come, never for what a length field promises, nor for chunks.
 */
export class FrameDecoder {
  /** The largest value of a length field to accept, in bytes. It may change between two frames: a handshake allows less. */
  maxFrameBytes: number;
  /** Bytes not looked at yet: `#chunk` from `#position` on. */
  #chunk: Uint8Array = NOTHING;
  #position = 0;
  /** The beginning of a frame that came in pieces, its length field included: `#gathered` bytes of it. */
  #partial: Uint8Array = NOTHING;
  #gathered = 0;
  #failure: unknown;

  constructor(maxFrameBytes: number) {
    this.maxFrameBytes = maxFrameBytes;
  }

  /** Bytes that were pushed and are not part of a returned frame. */
  get buffered(): number {
    return this.#gathered + this.#chunk.length - this.#position;
  }

  /** Bytes of our own memory that a partial frame takes: at most four times what has come of it, or 32. */
  get allocated(): number {
    return this.#partial.length;
  }

  /** Takes a chunk over: it must not change afterwards, and what frames carry will be views of it. */
  push(chunk: Uint8Array): void {
    if (this.#failure !== undefined) return;
    const rest = this.#chunk.length - this.#position;
    this.#chunk = rest === 0 ? plainView(chunk) : join(this.#chunk.subarray(this.#position), chunk);
    this.#position = 0;
  }

  /**
   * The next frame, or undefined if more bytes are needed. Unknown optional frames are skipped.
   *
   * @throws ProtocolError for malformed bytes; and the same error ever after, for what follows cannot be trusted.
   */
  next(): Frame | undefined {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      return this.#decodeNext();
    } catch (error) {
      this.#failure = error;
      this.#chunk = this.#partial = NOTHING;
      this.#position = this.#gathered = 0;
      throw error;
    }
  }

  #decodeNext(): Frame | undefined {
    for (;;) {
      const start = this.#startOfWhole();
      const bytes = start === undefined ? this.#gather() : this.#chunk;
      if (bytes === undefined) return undefined;
      const [at, end] = start === undefined ? [0, bytes.length] : [start, this.#position];
      const frame = decodeFrame(bytes[at] as number, bytes, at + 1, end);
      if (frame !== undefined) return frame;
    }
  }

  /** Where type and body begin of a frame that lies whole in the chunk, up to what is now the position; in place, without a view. */
  #startOfWhole(): number | undefined {
    const first = this.#chunk[this.#position];
    if (this.#gathered > 0 || first === undefined) return undefined;
    const start = this.#position + varintSizeFrom(first);
    if (start > this.#chunk.length) return undefined;
    const end = start + this.#readLength(this.#chunk, this.#position);
    if (end > this.#chunk.length) return undefined;
    this.#position = end;
    return start;
  }

  /** Type and body of a frame that comes in pieces, once the last one is here. */
  #gather(): Uint8Array | undefined {
    if (!this.#fill(1)) return undefined;
    const start = varintSizeFrom(this.#partial[0] as number);
    if (!this.#fill(start)) return undefined;
    const end = start + this.#readLength(this.#partial, 0);
    if (!this.#fill(end)) return undefined;
    const bytes = this.#partial.subarray(start, end);
    // Given away, not reused: the frame may keep a view of it.
    this.#partial = NOTHING;
    this.#gathered = 0;
    return bytes;
  }

  /** Moves bytes over until the partial frame has `wanted` of them; false if the chunk has too few. */
  #fill(wanted: number): boolean {
    const count = Math.min(wanted - this.#gathered, this.#chunk.length - this.#position);
    if (count > 0) {
      this.#partial = withRoom(this.#partial, this.#gathered, this.#gathered + count, wanted);
      this.#partial.set(this.#chunk.subarray(this.#position, this.#position + count), this.#gathered);
      this.#gathered += count;
      this.#position += count;
    }
    const isFull = this.#gathered >= wanted;
    if (!isFull) this.#letChunkGo();
    return isFull;
  }

  /** A chunk that is used up would otherwise stay in memory until the next one comes. */
  #letChunkGo(): void {
    this.#chunk = NOTHING;
    this.#position = 0;
  }

  #readLength(bytes: Uint8Array, offset: number): number {
    const length = readVarint(bytes, offset);
    if (length === 0) throw new ProtocolError('a frame has the length 0, and cannot even hold its type');
    if (length > this.maxFrameBytes) {
      throw new ProtocolError(`a frame has the length ${length}, over the limit of ${this.maxFrameBytes}`);
    }
    return length;
  }
}

function join(head: Uint8Array, tail: Uint8Array): Uint8Array {
  const joined = new Uint8Array(head.length + tail.length);
  joined.set(head);
  joined.set(tail, head.length);
  return joined;
}
