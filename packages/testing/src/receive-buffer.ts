/** What has come and was not yet read. */

import type { Chunking } from './chunking.ts';

/** Bytes in the order in which they came, read in chunks. What has come by the time of a read is cut up together. */
export class ReceiveBuffer {
  readonly #chunking: Chunking;
  #arrived: Uint8Array[] = [];
  #chunks: Iterator<Uint8Array> = [].values();
  #bytes = 0;

  constructor(chunking: Chunking) {
    this.#chunking = chunking;
  }

  /** How many bytes are unread. */
  get bytes(): number {
    return this.#bytes;
  }

  push(bytes: Uint8Array): void {
    this.#arrived.push(bytes);
    this.#bytes += bytes.length;
  }

  /** The next chunk. Only while there are unread bytes. */
  read(): Uint8Array {
    const { done, value } = this.#chunks.next();
    if (done !== true) {
      this.#bytes -= value.length;
      return value;
    }
    if (this.#arrived.length === 0) throw new Error('chunking has not given back all the bytes it was given');
    this.#chunks = this.#chunking(concat(this.#arrived))[Symbol.iterator]();
    this.#arrived = [];
    return this.read();
  }
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
