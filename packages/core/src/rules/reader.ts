/** Reads the fields of a frame's body, one after the other. */

import { ProtocolError } from '../words/errors.ts';
import { readVarint, varintSize } from './varint.ts';

/** Strict: a wrong byte is an error, not U+FFFD. A byte order mark is a character like any other. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A position in a piece of bytes. Reading beyond the end throws ProtocolError, so a body can never be believed to be longer than it is. */
export class Reader {
  readonly #bytes: Uint8Array;
  /** What is read, for error messages: `PING`. */
  readonly #subject: string;
  readonly #end: number;
  #position: number;

  /** Reads from `start` to `end`, and nothing beside. */
  constructor(bytes: Uint8Array, subject: string, start: number = 0, end: number = bytes.length) {
    this.#bytes = bytes;
    this.#subject = subject;
    this.#position = start;
    this.#end = end;
  }

  /** Bytes not yet read. */
  get remaining(): number {
    return this.#end - this.#position;
  }

  /** One byte. @throws ProtocolError beyond the end. */
  byte(): number {
    const byte = this.#bytes[this.#position];
    if (byte === undefined || this.remaining === 0) throw new ProtocolError(`${this.#subject} ends early`);
    this.#position += 1;
    return byte;
  }

  /** A number. @throws ProtocolError beyond the end, and for a number that {@link readVarint} refuses. */
  varint(): number {
    const n = readVarint(this.#bytes, this.#position, this.#end);
    this.#position += varintSize(n);
    return n;
  }

  /** `count` bytes, as a view. @throws ProtocolError beyond the end. */
  bytes(count: number): Uint8Array {
    if (count > this.remaining) {
      throw new ProtocolError(`${this.#subject} ends early: ${count} bytes announced, ${this.remaining} left`);
    }
    this.#position += count;
    return this.#bytes.subarray(this.#position - count, this.#position);
  }

  /** All that is left, as a view. */
  rest(): Uint8Array {
    return this.bytes(this.remaining);
  }

  /** `count` bytes of text. @throws ProtocolError beyond the end, and for what is not UTF-8. */
  text(count: number): string {
    const bytes = this.bytes(count);
    try {
      return utf8.decode(bytes);
    } catch {
      throw new ProtocolError(`${this.#subject} holds text that is not UTF-8`);
    }
  }

  /** @throws ProtocolError if something is left. */
  end(): void {
    if (this.remaining > 0) throw new ProtocolError(`${this.#subject} has ${this.remaining} bytes too many`);
  }
}
