/** Counts what passes a method of one stream, and changes nothing about it. */

import { Buffer } from 'node:buffer';
import type { Duplex, Readable, Writable } from 'node:stream';

/** `push`, through which all that comes enters a Readable; `write`, through which all that leaves enters a Writable. */
type Door = 'push' | 'write';

type Method = (this: unknown, chunk: unknown, ...rest: unknown[]) => unknown;

type Hooked = Partial<Record<Door, Method>>;

/**
 * Stands before the method, on this one object. A listener would not do: it starts a stream that nobody reads, and hears
 * nothing of one that is read otherwise.
 */
export class CountingHook {
  readonly #stream: Hooked;
  readonly #door: Door;
  readonly #hook: Method;
  /** If the stream had a method of its own, not its class's. */
  readonly #own: Method | undefined;
  /** As the stream does: in a stream of objects, text and bytes are objects, too. */
  readonly #countsObjects: boolean;
  #tell: ((chunk: Uint8Array) => void) | undefined;
  #isRemoved = false;
  /** Bytes that have passed; objects, if it is a stream of objects. */
  count = 0;

  constructor(stream: Readable | Writable, door: Door, tell?: (chunk: Uint8Array) => void) {
    const hooked = stream as unknown as Hooked;
    const original = hooked[door] as Method;
    const hook = this;
    const { readableObjectMode, writableObjectMode } = stream as Duplex;
    this.#stream = hooked;
    this.#door = door;
    this.#own = Object.hasOwn(hooked, door) ? original : undefined;
    this.#countsObjects = door === 'push' ? readableObjectMode : writableObjectMode;
    this.#tell = tell;
    this.#hook = function (chunk, ...rest) {
      hook.#pass(chunk, rest[0]);
      return original.call(this, chunk, ...rest);
    };
    hooked[door] = this.#hook;
  }

  /** Who has since stood before it in the same way keeps it below, where it passes everything on and counts no more. */
  remove(): void {
    this.#isRemoved = true;
    if (this.#stream[this.#door] !== this.#hook) return;
    if (this.#own === undefined) delete this.#stream[this.#door];
    else this.#stream[this.#door] = this.#own;
  }

  #pass(chunk: unknown, encoding: unknown): void {
    if (this.#isRemoved || chunk === null || chunk === undefined) return;
    this.count += this.#countsObjects ? 1 : lengthOf(chunk, encoding);
    const bytes = this.#tell === undefined ? undefined : bytesOf(chunk, encoding);
    if (bytes !== undefined) this.#tell?.(bytes);
  }
}

/** In bytes. A stream of bytes takes text and whatever looks at memory, and refuses the rest. */
function lengthOf(chunk: unknown, encoding: unknown): number {
  if (typeof chunk === 'string') return Buffer.byteLength(chunk, encodingOf(encoding));
  return ArrayBuffer.isView(chunk) ? chunk.byteLength : 0;
}

function bytesOf(chunk: unknown, encoding: unknown): Uint8Array | undefined {
  if (typeof chunk === 'string') return Buffer.from(chunk, encodingOf(encoding));
  if (!ArrayBuffer.isView(chunk)) return undefined;
  return chunk instanceof Uint8Array ? chunk : new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}

/** In its place there may be a callback, or nothing. */
function encodingOf(encoding: unknown): BufferEncoding {
  return typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8';
}
