/** Messages with their length in front, as in most binary protocols. */

import * as v from 'valibot';
import type { OptionProblem } from '../words/errors.ts';
import { ProtocolError, SystoleError } from '../words/errors.ts';
import { booleanSchema, checkOptions, integerSchema } from './checks.ts';
import type { Framer } from './framer.ts';
import { requireBytes } from './framer.ts';
import type { Boundary } from './splitter.ts';
import { BoundarySplitter } from './splitter.ts';

/** What {@link lengthPrefixed} needs to know of the protocol. */
export interface LengthPrefixOptions {
  /** Bytes of the length field, which is an unsigned number. */
  readonly width: 1 | 2 | 3 | 4 | 8;
  /** Which of its bytes comes first, the one that counts most or least. Default: `'big'`, the network byte order. */
  readonly byteOrder?: 'big' | 'little';
  /** The largest message, without its length field. Default: 1 MiB, as for messages of ours; or what the width can tell, if that is less. */
  readonly maxBytes?: number;
  /** Whether the length counts its own field, too. Default: false. */
  readonly includesItself?: boolean;
}

/** {@link LengthPrefixOptions} resolved. */
type Layout = Readonly<Required<LengthPrefixOptions>>;

const WIDTHS = [1, 2, 3, 4, 8];
const DEFAULT_MAX_BYTES = 1_048_576;

const entries: v.ObjectEntries = {
  width: v.picklist(WIDTHS, '1, 2, 3, 4 or 8'),
  byteOrder: v.optional(v.picklist(['big', 'little'], "'big' or 'little'")),
  maxBytes: v.optional(integerSchema(1, 2 ** 30)),
  includesItself: v.optional(booleanSchema),
};

/**
 * A framer of messages with their length in front of them.
 *
 * Its splitters throw ProtocolError for a length over the limit, as soon as it is here, and for one that is to include its own
 * field and is less than that.
 *
 * @throws OptionsError
 */
export function lengthPrefixed(options: LengthPrefixOptions): Framer {
  checkOptions(entries, options, findUntellable);
  const layout = layoutOf(options);
  return {
    splitter: () => new BoundarySplitter(new LengthBoundary(layout)),
    frame: (message) => frame(message, layout),
  };
}

/** A limit that no length can reach is not what was meant. */
function findUntellable(options: Readonly<Record<string, unknown>>): OptionProblem[] {
  const { width, maxBytes, includesItself } = options;
  if (typeof width !== 'number' || !WIDTHS.includes(width) || typeof maxBytes !== 'number') return []; // found already
  const tellable = tellableBytes(width, includesItself === true);
  if (maxBytes <= tellable) return [];
  return [
    {
      path: 'maxBytes',
      requirement: `at most ${tellable}, the largest message that the width can tell`,
      value: maxBytes,
    },
  ];
}

function tellableBytes(width: number, includesItself: boolean): number {
  return 256 ** width - 1 - (includesItself ? width : 0);
}

function layoutOf({ width, byteOrder = 'big', maxBytes, includesItself = false }: LengthPrefixOptions): Layout {
  const largest = Math.min(DEFAULT_MAX_BYTES, tellableBytes(width, includesItself));
  return { width, byteOrder, maxBytes: maxBytes ?? largest, includesItself };
}

function frame(message: Uint8Array, { width, byteOrder, maxBytes, includesItself }: Layout): Uint8Array {
  requireBytes('message', message);
  if (message.length > maxBytes) {
    throw new SystoleError('ERR_TOO_LARGE', `the message has ${message.length} bytes, over the limit of ${maxBytes}`);
  }
  const framed = new Uint8Array(width + message.length);
  let rest = includesItself ? framed.length : message.length;
  for (let place = 0; place < width; place += 1) {
    framed[byteOrder === 'big' ? width - 1 - place : place] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  framed.set(message, width);
  return framed;
}

/** Reads the length byte by byte, and then counts. */
class LengthBoundary implements Boundary {
  readonly before: number;
  readonly behind = 0;
  readonly #layout: Layout;
  /** Bytes seen of the message under way, its length field included. */
  #seen = 0;
  /** Bytes of the message under way, as far as its length field is here. */
  #length = 0;

  constructor(layout: Layout) {
    this.before = layout.width;
    this.#layout = layout;
  }

  get mostBytes(): number {
    return this.#seen < this.before ? this.before : this.before + this.#length;
  }

  findEnd(bytes: Uint8Array, start: number): number | undefined {
    let at = start;
    for (; this.#seen < this.before && at < bytes.length; at += 1) this.#read(bytes[at] as number);
    const end = at + this.mostBytes - this.#seen;
    if (this.#seen < this.before || end > bytes.length) {
      this.#seen += bytes.length - at;
      return undefined;
    }
    this.#seen = this.#length = 0;
    return end;
  }

  /** The next byte of the length field. */
  #read(byte: number): void {
    const { byteOrder, width } = this.#layout;
    if (byteOrder === 'big') this.#length = 256 * this.#length + byte;
    else this.#length += byte * 256 ** this.#seen;
    this.#seen += 1;
    if (this.#seen === width) this.#length = this.#check(this.#length);
  }

  /** The length of the message alone. A field of 8 bytes may say more than a number holds exactly, but not more than it compares. */
  #check(told: number): number {
    const { includesItself, width, maxBytes } = this.#layout;
    if (includesItself && told < width) {
      throw new ProtocolError(`a message has the length ${told}, which is to include its own field of ${width} bytes`);
    }
    const length = includesItself ? told - width : told;
    if (length <= maxBytes) return length;
    const shown = Number.isSafeInteger(told) ? `${length} bytes` : 'more than 2^53-1 bytes';
    throw new ProtocolError(`a message has ${shown}, over the limit of ${maxBytes}`);
  }
}
