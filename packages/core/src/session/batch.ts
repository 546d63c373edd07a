/** The bytes of one turn on their way into one write, without memory of their own. */

import type { Sink } from '../rules/frame-codec.ts';
import { withhold } from '../rules/stock.ts';

/**
 * Frames of all connections are written side by side into pages of this size. A turn rarely fills one; a larger one would be more
 * for a single write that is stuck in a slow peer's queue to hold.
 */
export const PAGE_BYTES = 65_536;

/** Chunks of up to this size are copied into the page: a chunk more in a write takes Node about 0.3 us, which copies 4 KiB (Node 20). */
const MAX_COPIED_BYTES = 4_096;

const NOTHING = new Uint8Array(0);

/** One a process, as only one batch is written at a time. What is before `used` belongs to batches. */
let page = NOTHING;
let used = 0;

/** Batches that nobody uses: ten thousand idle connections need none. */
const spare: Batch[] = [];

/**
 * A batch is filled, read by one write, and given back. Where the kernel has taken all of it at once, which is nearly always, its
 * memory is used again at once: the frames of a busy process are all written to the same few cache lines.
 */
export class Batch implements Sink {
  bytes: Uint8Array = NOTHING;
  #byteCount = 0;
  #chunks: Uint8Array[] = [];
  /** What lies in the page since the last chunk: from here, */
  #begin = 0;
  /** to here. */
  #end = 0;
  /** Everything from here on in the page is this batch's. */
  #from = 0;

  /** An empty one. To be given back with {@link release}. */
  static take(): Batch {
    return spare.pop() ?? new Batch();
  }

  get byteCount(): number {
    return this.#byteCount;
  }

  reserve(count: number): number {
    if (this.bytes !== page || this.#end !== used || used + count > page.length) this.#turnPage(count);
    this.#byteCount += count;
    const offset = used;
    used += count;
    this.#end = used;
    return offset;
  }

  put(bytes: Uint8Array): void {
    if (bytes.length <= MAX_COPIED_BYTES) {
      const offset = this.reserve(bytes.length);
      this.bytes.set(bytes, offset);
      return;
    }
    this.#cut();
    this.#chunks.push(bytes);
    this.#byteCount += bytes.length;
  }

  /** All that was put, in order. */
  get chunks(): readonly Uint8Array[] {
    this.#cut();
    return this.#chunks;
  }

  /** Gives it back, with its memory if nobody looks at {@link chunks} any more; otherwise nobody says when that is. */
  release(isRead: boolean): void {
    if (!isRead) for (const chunk of this.#chunks) withhold(chunk);
    else if (this.bytes === page && this.#end === used) used = this.#from;
    this.bytes = NOTHING;
    this.#begin = this.#end = this.#from = 0;
    this.#chunks = [];
    this.#byteCount = 0;
    spare.push(this);
  }

  /** Goes on where the page is free, or in a new one. */
  #turnPage(count: number): void {
    this.#cut();
    if (used + count > page.length) {
      page = new Uint8Array(Math.max(PAGE_BYTES, count));
      used = 0;
    }
    this.bytes = page;
    this.#begin = this.#end = this.#from = used;
  }

  #cut(): void {
    if (this.#end > this.#begin) this.#chunks.push(this.bytes.subarray(this.#begin, this.#end));
    this.#begin = this.#end;
  }
}
