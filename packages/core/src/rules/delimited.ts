/** Messages with a mark behind them, such as the lines of text protocols. */

import * as v from 'valibot';
import { ProtocolError, SystoleError } from '../words/errors.ts';
import { checkOptions, integerSchema } from './checks.ts';
import type { Framer } from './framer.ts';
import { requireBytes } from './framer.ts';
import type { Boundary } from './splitter.ts';
import { BoundarySplitter } from './splitter.ts';

/** What {@link delimited} needs to know of the protocol. */
export interface DelimiterOptions {
  /** The mark behind each message; a string stands for its UTF-8 bytes. Default: CRLF. */
  readonly delimiter?: string | Uint8Array;
  /** The largest message, without its delimiter. Default: 64 KiB, which is what Redis reads of a line before it hangs up. */
  readonly maxBytes?: number;
}

const CRLF = '\r\n';
const DEFAULT_MAX_BYTES = 65_536;

const entries: v.ObjectEntries = {
  delimiter: v.optional(
    v.custom(
      (value) => (typeof value === 'string' || value instanceof Uint8Array) && value.length > 0,
      'a string or Uint8Array that is not empty',
    ),
  ),
  maxBytes: v.optional(integerSchema(1, 2 ** 30)),
};

/**
 * A framer of messages with a delimiter behind them. A message cannot contain it: `frame` refuses one that would be split
 * within, with `ERR_ENCODE`.
 *
 * Its splitters throw ProtocolError as soon as a message is over the limit, whether or not its delimiter is here.
 *
 * @throws OptionsError
 */
export function delimited(options: DelimiterOptions = {}): Framer {
  checkOptions(entries, options);
  const { delimiter = CRLF, maxBytes = DEFAULT_MAX_BYTES } = options;
  // A copy, for the caller may go on with his.
  const bytes = typeof delimiter === 'string' ? new TextEncoder().encode(delimiter) : new Uint8Array(delimiter);
  const mark = new Delimiter(bytes);
  return {
    splitter: () => new BoundarySplitter(new DelimiterBoundary(mark, maxBytes)),
    frame: (message) => frame(message, mark, maxBytes),
  };
}

function frame(message: Uint8Array, mark: Delimiter, maxBytes: number): Uint8Array {
  requireBytes('message', message);
  if (message.length > maxBytes) {
    throw new SystoleError('ERR_TOO_LARGE', `the message has ${message.length} bytes, over the limit of ${maxBytes}`);
  }
  const framed = new Uint8Array(message.length + mark.bytes.length);
  framed.set(message);
  framed.set(mark.bytes, message.length);
  // Asked of the whole, because a delimiter may also begin in the message and end behind it: `xab` before `aba`. One is found in any case.
  const end = new DelimiterBoundary(mark, maxBytes).findEnd(framed, 0) as number;
  if (end < framed.length) {
    throw new SystoleError('ERR_ENCODE', `a delimiter begins at byte ${end - mark.bytes.length} of the message`);
  }
  return framed;
}

/** A delimiter, and how to look for it in one pass without looking back (Knuth, Morris and Pratt). */
class Delimiter {
  readonly bytes: Uint8Array;
  /** At n: of the first n bytes, how many at their end are also the first ones, if not all n. */
  readonly #fallbacks: number[] = [0, 0];

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    for (const byte of bytes.subarray(1)) this.#fallbacks.push(this.match(this.#fallbacks.at(-1) as number, byte));
  }

  /** How many first bytes of the delimiter have come in a row, with `byte` behind `matched` of them. */
  match(matched: number, byte: number): number {
    let count = matched;
    while (count > 0 && this.bytes[count] !== byte) count = this.#fallbacks[count] as number;
    return this.bytes[count] === byte ? count + 1 : 0;
  }
}

/** Remembers how much of the delimiter has come, so that no byte is looked at again. */
class DelimiterBoundary implements Boundary {
  readonly before = 0;
  readonly behind: number;
  readonly mostBytes: number;
  readonly #delimiter: Delimiter;
  readonly #maxBytes: number;
  /** Bytes seen of the message under way and of its delimiter. */
  #seen = 0;
  /** So many of them, the last ones, are the first of the delimiter. */
  #matched = 0;

  constructor(delimiter: Delimiter, maxBytes: number) {
    this.behind = delimiter.bytes.length;
    this.mostBytes = maxBytes + this.behind;
    this.#delimiter = delimiter;
    this.#maxBytes = maxBytes;
  }

  findEnd(bytes: Uint8Array, start: number): number | undefined {
    const end = this.#match(bytes, start);
    this.#seen += end - start;
    if (this.#seen - this.#matched > this.#maxBytes) {
      throw new ProtocolError(`a message has more bytes than the limit of ${this.#maxBytes}`);
    }
    if (this.#matched < this.behind) return undefined;
    this.#seen = this.#matched = 0;
    return end;
  }

  /** Where the delimiter is complete, or the end of the bytes. */
  #match(bytes: Uint8Array, start: number): number {
    let at = start;
    while (this.#matched < this.behind) {
      if (this.#matched === 0) at = this.#firstFrom(bytes, at);
      const byte = bytes[at];
      if (byte === undefined) break;
      this.#matched = this.#delimiter.match(this.#matched, byte);
      at += 1;
    }
    return at;
  }

  /** Where a delimiter could begin: the engine looks faster than we do. */
  #firstFrom(bytes: Uint8Array, at: number): number {
    const found = bytes.indexOf(this.#delimiter.bytes[0] as number, at);
    return found < 0 ? bytes.length : found;
  }
}
