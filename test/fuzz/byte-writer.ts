/** Bytes, written one after the other: by docs/PROTOCOL.md, and not by our encoder, which refuses to write what is wrong. */

/** Sizes of a number on the wire, and the two bits that say so. */
const SIZE_BITS: Readonly<Record<number, number>> = { 1: 0x00, 2: 0x40, 4: 0x80, 8: 0xc0 };

/** See the head of the file. */
export class ByteWriter {
  #bytes = new Uint8Array(256);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  put(...bytes: readonly number[]): this {
    this.#reserve(bytes.length);
    for (const byte of bytes) {
      this.#bytes[this.#length] = byte;
      this.#length += 1;
    }
    return this;
  }

  append(bytes: Uint8Array): this {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  /** The same byte so often. */
  fill(count: number, byte: number): this {
    this.#reserve(count);
    this.#bytes.fill(byte, this.#length, this.#length + count);
    this.#length += count;
    return this;
  }

  /** Text of one byte a character. */
  ascii(text: string): this {
    for (let index = 0; index < text.length; index += 1) this.put(text.charCodeAt(index));
    return this;
  }

  /** A number of so many bytes, highest first. */
  fixed(n: number, byteCount: number): this {
    for (let at = byteCount - 1; at >= 0; at -= 1) this.put(Math.floor(n / 256 ** at) % 256);
    return this;
  }

  /** A number of the wire, in its shortest form or in `size` bytes. */
  number(n: number, size: number = shortest(n)): this {
    const start = this.#length;
    this.fixed(n, size);
    this.#bytes[start] = (SIZE_BITS[size] ?? 0) | ((this.#bytes[start] ?? 0) & 0x3f);
    return this;
  }

  /** What was written, in memory of its own. */
  take(): Uint8Array {
    const taken = this.#bytes.slice(0, this.#length);
    this.#length = 0;
    return taken;
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const larger = new Uint8Array(2 * (this.#length + count));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}

function shortest(n: number): number {
  if (n < 0x40) return 1;
  if (n < 0x4000) return 2;
  return n < 0x4000_0000 ? 4 : 8;
}
