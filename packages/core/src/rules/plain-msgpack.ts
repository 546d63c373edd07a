/**
 * MessagePack from strangers, looked through before anything is made of it: whether it is one plain value, how deep it is
 * nested, and how much memory it would become.
 */

import { MAX_NESTING } from './limits.ts';

/** What {@link requirePlainMsgpack} has seen on its way. */
export interface Survey {
  /**
   * What the decoded value takes of the heap, roughly, beside its texts and the bytes of its byte arrays: the sum of the weights
   * below. The real figure is at most three times that (Node 20), whatever the value is made of.
   */
  readonly weight: number;
  /** Whether a key of a map looks like an index of 2 to 4 digits; see `sparse-maps.ts`. */
  readonly hasIndexKeys: boolean;
}

/** Where a value is kept, and all of a number, boolean or nil. Texts are made of bytes that are here already. */
const VALUE_WEIGHT = 8;
const ARRAY_WEIGHT = 48;
const MAP_WEIGHT = 56;
/** A name that was not seen before takes a text and a place in a hidden class, or in a dictionary. */
const KEY_WEIGHT = 40;
/** A byte array, be it empty, is a view and its buffer. */
const BINARY_WEIGHT = 192;

/** Of the one walk under way. */
let weight = 0;
let hasIndexKeys = false;

/**
 * Checks that bytes are exactly one MessagePack value without extension types, with text for keys, and not nested too deep.
 *
 * @throws TypeError if not.
 */
export function requirePlainMsgpack(bytes: Uint8Array): Survey {
  weight = VALUE_WEIGHT;
  hasIndexKeys = false;
  const end = skipValue(bytes, 0, 0);
  if (end > bytes.length) throw endsEarly();
  if (end < bytes.length) throw new TypeError(`${bytes.length - end} bytes follow the MessagePack value`);
  return { weight, hasIndexKeys };
}

/** The offset behind the value at `offset`, after the table of formats in the MessagePack specification. */
function skipValue(bytes: Uint8Array, offset: number, depth: number): number {
  const format = byteAt(bytes, offset);
  if (format <= 0x7f || format >= 0xe0) return offset + 1; // integers of one byte
  if (format <= 0x8f) return skipEntries(bytes, offset + 1, format & 0x0f, depth); // small maps
  if (format <= 0x9f) return skipItems(bytes, offset + 1, format & 0x0f, depth); // small arrays
  if (format <= 0xbf) return offset + 1 + (format & 0x1f); // short strings
  switch (format) {
    case 0xc0: // nil
    case 0xc2: // false
    case 0xc3: // true
      return offset + 1;
    case 0xcc: // unsigned and signed integers of 1 byte
    case 0xd0:
      return offset + 2;
    case 0xcd: // of 2 bytes
    case 0xd1:
      return offset + 3;
    case 0xca: // of 4 bytes, and floats
    case 0xce:
    case 0xd2:
      return offset + 5;
    case 0xcb: // of 8 bytes, and doubles
    case 0xcf:
    case 0xd3:
      return offset + 9;
    case 0xc4: // binary data, by the width of its length
      weight += BINARY_WEIGHT;
      return offset + 2 + byteAt(bytes, offset + 1);
    case 0xc5:
      weight += BINARY_WEIGHT;
      return offset + 3 + uint16At(bytes, offset + 1);
    case 0xc6:
      weight += BINARY_WEIGHT;
      return offset + 5 + uint32At(bytes, offset + 1);
    case 0xd9: // strings
      return offset + 2 + byteAt(bytes, offset + 1);
    case 0xda:
      return offset + 3 + uint16At(bytes, offset + 1);
    case 0xdb:
      return offset + 5 + uint32At(bytes, offset + 1);
    case 0xdc: // arrays
      return skipItems(bytes, offset + 3, uint16At(bytes, offset + 1), depth);
    case 0xdd:
      return skipItems(bytes, offset + 5, uint32At(bytes, offset + 1), depth);
    case 0xde: // maps
      return skipEntries(bytes, offset + 3, uint16At(bytes, offset + 1), depth);
    case 0xdf:
      return skipEntries(bytes, offset + 5, uint32At(bytes, offset + 1), depth);
    default: // 0xc1, which is never used, and the extension types
      throw new TypeError(`MessagePack format 0x${format.toString(16)} at byte ${offset} is not accepted`);
  }
}

function skipItems(bytes: Uint8Array, offset: number, count: number, depth: number): number {
  mayHold(bytes, offset, count, depth);
  weight += ARRAY_WEIGHT + count * VALUE_WEIGHT;
  let end = offset;
  for (let i = 0; i < count; i += 1) end = skipValue(bytes, end, depth + 1);
  return end;
}

function skipEntries(bytes: Uint8Array, offset: number, count: number, depth: number): number {
  mayHold(bytes, offset, 2 * count, depth);
  weight += MAP_WEIGHT + count * (KEY_WEIGHT + VALUE_WEIGHT);
  let end = offset;
  for (let i = 0; i < count; i += 1) end = skipValue(bytes, skipKey(bytes, end), depth + 1);
  return end;
}

/** An item takes at least a byte: a count that claims more than there is is a lie, and told at once. */
function mayHold(bytes: Uint8Array, offset: number, count: number, depth: number): void {
  if (depth === MAX_NESTING) throw new TypeError(`the MessagePack value is nested more than ${MAX_NESTING} deep`);
  if (count > bytes.length - offset) throw endsEarly();
}

function skipKey(bytes: Uint8Array, offset: number): number {
  const format = byteAt(bytes, offset);
  const isShort = format >= 0xa0 && format <= 0xbf;
  if (!isShort && (format < 0xd9 || format > 0xdb)) {
    throw new TypeError(`the key of a map at byte ${offset} is not text`);
  }
  const end = isShort ? offset + 1 + (format & 0x1f) : skipValue(bytes, offset, 0);
  const begin = isShort ? offset + 1 : offset + 1 + 2 ** (format - 0xd9);
  if (!hasIndexKeys && isIndex(bytes, begin, end)) hasIndexKeys = true;
  return end;
}

/** Whether this text is made of 2 to 4 digits. */
function isIndex(bytes: Uint8Array, begin: number, end: number): boolean {
  if (end - begin < 2 || end - begin > 4) return false;
  for (let at = begin; at < end; at += 1) if (!isDigit(bytes[at] as number)) return false;
  return true;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function byteAt(bytes: Uint8Array, offset: number): number {
  const byte = bytes[offset];
  if (byte === undefined) throw endsEarly();
  return byte;
}

function uint16At(bytes: Uint8Array, offset: number): number {
  return byteAt(bytes, offset) * 0x100 + byteAt(bytes, offset + 1);
}

function uint32At(bytes: Uint8Array, offset: number): number {
  return uint16At(bytes, offset) * 0x1_0000 + uint16At(bytes, offset + 2);
}

function endsEarly(): TypeError {
  return new TypeError('the MessagePack value ends early');
}
