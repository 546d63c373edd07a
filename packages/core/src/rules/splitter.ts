/** The splitter of streams of others: chunks of any size in, one message at a time out, wherever its boundary is. */

import type { Splitter } from './framer.ts';
import { requireBytes } from './framer.ts';
import { plainView, withRoom } from './pieces.ts';

const NOTHING = new Uint8Array(0);

/** Finds where messages end, in one stream of which it sees each byte once. It keeps no bytes, only counts. */
export interface Boundary {
  /**
   * Looks at `bytes` from `start` on, which follow what it has seen. Returns where in them the message under way ends, its
   * boundary included: then the next one is under way. Undefined if it goes on behind them.
   *
   * @throws ProtocolError as soon as the message is known to be over the limit, or malformed.
   */
  findEnd(bytes: Uint8Array, start: number): number | undefined;
  /** Bytes of the boundary before each message. */
  readonly before: number;
  /** Bytes of the boundary behind each message. */
  readonly behind: number;
  /** The most that the message under way can take, its boundary included, as far as is known. */
  readonly mostBytes: number;
}

/**
 * A message that lies whole in its chunk is a view of it. Of one that does not, the beginning is gathered in a buffer that
 * grows as bytes arrive. Each byte is looked at once and moved less than twice on average, however it comes.
 */
export class BoundarySplitter implements Splitter {
  readonly #boundary: Boundary;
  /** Bytes not looked at yet: the first chunk from `#position` on, and all others. */
  readonly #chunks: Uint8Array[] = [];
  #position = 0;
  #unseen = 0;
  /** The beginning of a message that came in pieces, with its boundary: `#gathered` bytes of it. */
  #partial: Uint8Array = NOTHING;
  #gathered = 0;
  #failure: unknown;

  constructor(boundary: Boundary) {
    this.#boundary = boundary;
  }

  get buffered(): number {
    return this.#gathered + this.#unseen;
  }

  /** Bytes of our own memory that a partial message takes: at most four times what has come of it, or 32. */
  get allocated(): number {
    return this.#partial.length;
  }

  push(chunk: Uint8Array): void {
    requireBytes('chunk', chunk);
    if (this.#failure !== undefined || chunk.length === 0) return;
    this.#chunks.push(plainView(chunk));
    this.#unseen += chunk.length;
  }

  next(): Uint8Array | undefined {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      return this.#split();
    } catch (error) {
      this.#failure = error;
      this.#chunks.length = this.#position = this.#unseen = this.#gathered = 0;
      this.#partial = NOTHING;
      throw error;
    }
  }

  #split(): Uint8Array | undefined {
    const { before, behind } = this.#boundary;
    for (let chunk = this.#chunks[0]; chunk !== undefined; chunk = this.#chunks[0]) {
      const start = this.#position;
      // Whatever is over the limit is refused here, before memory is taken for it.
      const end = this.#boundary.findEnd(chunk, start);
      if (end === undefined) {
        this.#gather(chunk.subarray(start), this.#boundary.mostBytes);
        this.#pass(chunk, chunk.length);
        continue;
      }
      this.#pass(chunk, end);
      if (this.#gathered === 0) return chunk.subarray(start + before, end - behind);
      this.#gather(chunk.subarray(start, end), this.#gathered + end - start);
      return this.#take(before, behind);
    }
    return undefined;
  }

  /** Copies what has come of the message under way; all of it may become `mostBytes`. */
  #gather(bytes: Uint8Array, mostBytes: number): void {
    const needed = this.#gathered + bytes.length;
    this.#partial = withRoom(this.#partial, this.#gathered, needed, mostBytes);
    this.#partial.set(bytes, this.#gathered);
    this.#gathered = needed;
  }

  /** The gathered message, without its boundary. Given away, not reused: it is a view. */
  #take(before: number, behind: number): Uint8Array {
    const message = this.#partial.subarray(before, this.#gathered - behind);
    this.#partial = NOTHING;
    this.#gathered = 0;
    return message;
  }

  /** The chunk has been seen up to `end`. One that is used up would otherwise stay in memory until the next one comes. */
  #pass(chunk: Uint8Array, end: number): void {
    this.#unseen -= end - this.#position;
    this.#position = end;
    if (end < chunk.length) return;
    this.#chunks.shift();
    this.#position = 0;
  }
}
