/** Messages and handshake maps as plain MessagePack. */

import { Packr, RESET_BUFFER_MODE, Unpackr } from 'msgpackr';
import type { Codec } from '../words/codec.ts';
import { LIGHT_MESSAGE_WEIGHT, MAX_WEIGHT_PER_BYTE } from './limits.ts';
import { findForeign } from './plain.ts';
import { requirePlainMsgpack } from './plain-msgpack.ts';
import type { Allocate } from './slab.ts';
import { allocate, copyInto } from './slab.ts';
import { objectsFor } from './sparse-maps.ts';

const PLAIN_TYPES = 'plain objects, arrays, strings, numbers, 64-bit bigints, booleans, null and Uint8Array';

/** Options that msgpackr 2.1.3 understands and its types leave out. */
const UNTYPED = {
  int64AsType: 'auto',
  /** Also gives each map the smallest head, and allows more than 65,535 keys. */
  skipValues: [undefined],
} as const;

/**
 * Two things that msgpackr does whatever its options say are prevented by the checks in `plain.ts` and `plain-msgpack.ts`:
 *
 * - It decodes extension types: Error, RegExp, Set, Date, typed arrays, and record definitions, which it compiles to
 *   functions. A peer does not get to choose what is made here.
 * - It writes a typed array other than Uint8Array with its length in bytes, but only one byte an item: the rest is
 *   whatever was in memory before.
 */
const PLAIN = {
  useRecords: false,
  bundleStrings: false,
  structuredClone: false,
  moreTypes: false,
  useToJSON: false,
  encodeUndefinedAsNil: true,
  /** A Uint8Array in a message is the application's own: it can be kept or transferred without dragging a chunk along. */
  copyBuffers: true,
  ...(UNTYPED as object),
};

const packr = new Packr({ ...PLAIN, mapsAsObjects: true });

/** For messages with keys that look like indexes: see `sparse-maps.ts`. */
const mapUnpackr = new Unpackr({ ...PLAIN, mapsAsObjects: false });

/** Where the bytes of binary data begin, by its format: behind a length of 1, 2 or 4 bytes. */
const BINARY_HEADS: ReadonlyMap<number | undefined, number> = new Map([
  [0xc4, 2],
  [0xc5, 3],
  [0xc6, 5],
]);

/**
 * Where small messages are laid to be read. msgpackr looks at its input as a DataView, which takes longer to make than such a
 * message to read; of this one it is made once. What is decoded is copied out, so nobody ever sees the next message in it.
 */
const desk = new Uint8Array(4_096);

/**
 * The codec `msgpack`: plain MessagePack, no extension types.
 *
 * - What a message may be made of is in `plain.ts`; anything else is a TypeError that says where.
 * - A property that is undefined is left out; undefined elsewhere becomes null. -0 becomes 0.
 * - A 64-bit integer arrives as a number where that is exact (up to 2^53 either way), else as a bigint. So a small
 *   bigint arrives as a number.
 * - Keys of maps are strings. The key `__proto__` arrives as `__proto_`, and pollutes nothing. Of a key that comes twice the last
 *   one counts.
 * - What would become far more memory than it has bytes is not decoded: more than 48 times as much, and more than 4 MiB.
 * - Text must be well-formed: half a surrogate pair arrives as U+FFFD, one or more.
 * - What `encode` returns is never overwritten, unless it lies in memory that was given for it; what `decode` returns shares no memory with its input, unless that is given away.
 *
 * `memory` is where a message goes that is nothing but bytes. Default: memory of its own, which can be transferred.
 */
export function msgpackCodec(memory: (length: number) => Uint8Array = (length) => new Uint8Array(length)): Codec {
  return { name: 'msgpack', encode, decode };

  /** @throws TypeError or Error for bytes that are not one plain MessagePack value. */
  function decode(bytes: Uint8Array, isOwn = false): unknown {
    const { weight, hasIndexKeys } = requirePlainMsgpack(bytes);
    requireLight(weight, bytes.length);
    const start = BINARY_HEADS.get(bytes[0]);
    if (start !== undefined)
      return isOwn ? bytes.subarray(start) : copyInto(memory(bytes.length - start), bytes, start);
    if (hasIndexKeys) return objectsFor(mapUnpackr.unpack(bytes));
    if (bytes.length > desk.length) return packr.unpack(bytes);
    desk.set(bytes);
    return packr.unpack(desk, bytes.length);
  }
}

/** A few bytes may become much, or many bytes many times as much, but not both. */
function requireLight(weight: number, byteCount: number): void {
  const most = Math.max(LIGHT_MESSAGE_WEIGHT, MAX_WEIGHT_PER_BYTE * byteCount);
  if (weight <= most) return;
  throw new TypeError(
    `the MessagePack value of ${byteCount} bytes would take ${weight} bytes of memory, over the limit of ${most}`,
  );
}

/** @throws TypeError for what is not plain. */
function encode(message: unknown, memory: Allocate = allocate): Uint8Array {
  if (message instanceof Uint8Array) return encodeBinary(message, memory);
  const foreign = findForeign(message);
  if (foreign !== undefined) throw new TypeError(`message${foreign}; it must be made of ${PLAIN_TYPES}`);
  // msgpackr packs into a large buffer and gives out a view. A copy of the right size frees it for the next message.
  const packed = packr.pack(message, RESET_BUFFER_MODE);
  return copyInto(memory(packed.length), packed);
}

/** A message that is nothing but bytes: copied once, where the way through msgpackr's own buffer would copy it twice. */
function encodeBinary(bytes: Uint8Array, memory: Allocate): Uint8Array {
  const { length } = bytes;
  const head = length <= 0xff ? 2 : length <= 0xffff ? 3 : 5;
  const encoded = memory(head + length);
  encoded[0] = head === 2 ? 0xc4 : head === 3 ? 0xc5 : 0xc6;
  for (let at = head - 1, rest = length; at > 0; at -= 1, rest = Math.floor(rest / 0x100)) encoded[at] = rest % 0x100;
  encoded.set(bytes, head);
  return encoded;
}
