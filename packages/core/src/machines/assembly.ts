/** Parts back to a whole: of a message, or of the value of a result. Nothing is taken on beyond the limit (W6). */

import { MIN_FRAGMENT_BYTES } from '../rules/limits.ts';
import { keptCopy } from '../rules/slab.ts';
import { ProtocolError } from '../words/errors.ts';
import type { Part } from '../words/frame.ts';

/**
 * What is whole already, and needs no {@link Assembly}, as most messages are; undefined for parts.
 *
 * @throws ProtocolError if it is too much.
 */
export function takeWhole(subject: string, part: Part, bytes: Uint8Array, maxBytes: number): Uint8Array | undefined {
  if (part !== 'whole') return undefined;
  mustFit(subject, bytes.length, maxBytes);
  return bytes;
}

/** See the head of the file. One for each whole. */
export class Assembly {
  readonly #subject: string;
  readonly #maxBytes: number;
  readonly #parts: Uint8Array[] = [];
  #byteCount = 0;

  /** `subject` is for error texts: the frame that carries the parts. */
  constructor(subject: string, maxBytes: number) {
    this.#subject = subject;
    this.#maxBytes = maxBytes;
  }

  /** Bytes of the parts that are here. */
  get byteCount(): number {
    return this.#byteCount;
  }

  /**
   * Takes the next part, and gives out the whole if it was the last one.
   *
   * @throws ProtocolError if it does not follow the one before, is too short or too much.
   */
  add(part: Part, bytes: Uint8Array): Uint8Array | undefined {
    const begins = part === 'whole' || part === 'first';
    if (begins !== (this.#parts.length === 0)) {
      throw new ProtocolError(`${this.#subject} is ${part}, where a part ${begins ? 'must follow' : 'has not begun'}`);
    }
    mustFit(this.#subject, this.#byteCount + bytes.length, this.#maxBytes);
    if (part === 'whole') return bytes;
    // Each part costs us an object beside its bytes.
    if (part !== 'last' && bytes.length < MIN_FRAGMENT_BYTES) {
      throw new ProtocolError(
        `${this.#subject} is a ${part} part of ${bytes.length} bytes, under ${MIN_FRAGMENT_BYTES}`,
      );
    }
    this.#parts.push(keptCopy(bytes));
    this.#byteCount += bytes.length;
    return part === 'last' ? this.#join() : undefined;
  }

  #join(): Uint8Array {
    const whole = new Uint8Array(this.#byteCount);
    let offset = 0;
    for (const part of this.#parts) {
      whole.set(part, offset);
      offset += part.length;
    }
    return whole;
  }
}

/** @throws ProtocolError if it is larger than may be. */
function mustFit(subject: string, byteCount: number, maxBytes: number): void {
  if (byteCount <= maxBytes) return;
  throw new ProtocolError(`${subject} takes ${byteCount} bytes, over the limit of ${maxBytes}`);
}

/** Which part it is. */
export function partOf(isFirst: boolean, isLast: boolean): Part {
  if (isFirst) return isLast ? 'whole' : 'first';
  return isLast ? 'last' : 'middle';
}
