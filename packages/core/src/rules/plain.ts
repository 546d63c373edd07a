/**
 * What a message may be made of: null, booleans, numbers, 64-bit bigints, strings, Uint8Array, arrays and plain objects.
 * What is sent is then what arrives, in any language. Checked as values before they are encoded, and as MessagePack
 * before it is decoded.
 */

import { MAX_NESTING } from './limits.ts';

/**
 * Where a value is not plain, such as `.items[3].at is an instance of Date`; undefined if it is.
 * `undefined` counts as plain: msgpackr leaves such properties out and writes null elsewhere, as JSON does.
 */
export function findForeign(value: unknown, depth = 0): string | undefined {
  if (typeof value === 'function' || typeof value === 'symbol') return ` is a ${typeof value}`;
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return undefined;
  // A cycle ends here too.
  if (depth === MAX_NESTING) return ` is nested more than ${MAX_NESTING} deep`;
  if (Array.isArray(value)) return findForeignItem(value, depth);
  if (isPlainObject(value)) return findForeignProperty(value, depth);
  return ` is an instance of ${value.constructor?.name || 'a class'}`;
}

function findForeignItem(items: readonly unknown[], depth: number): string | undefined {
  for (let index = 0; index < items.length; index += 1) {
    const found = findForeign(items[index], depth + 1);
    if (found !== undefined) return `[${index}]${found}`;
  }
  return undefined;
}

function findForeignProperty(object: Readonly<Record<string, unknown>>, depth: number): string | undefined {
  for (const key of Object.keys(object)) {
    const found = findForeign(object[key], depth + 1);
    if (found !== undefined) return `.${key}${found}`;
  }
  return undefined;
}

/** Whether this is an object literal, or an object without a prototype; no array. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Asking for the prototype's prototype also admits the literals of another realm.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/**
 * Checks that bytes are exactly one MessagePack value, without extension types, and not nested too deep.
 *
 * @throws TypeError if not.
 */
export function requirePlainMsgpack(bytes: Uint8Array): void {
  const end = skipValue(bytes, 0, 0);
  if (end > bytes.length) throw new TypeError('the MessagePack value ends early');
  if (end < bytes.length) throw new TypeError(`${bytes.length - end} bytes follow the MessagePack value`);
}

/** The offset behind the value at `offset`, after the table of formats in the MessagePack specification. */
function skipValue(bytes: Uint8Array, offset: number, depth: number): number {
  const format = byteAt(bytes, offset);
  if (format <= 0x7f || format >= 0xe0) return offset + 1; // integers of one byte
  if (format <= 0x8f) return skipItems(bytes, offset + 1, 2 * (format & 0x0f), depth); // small maps
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
    case 0xc4: // binary data and strings, by the width of their length
    case 0xd9:
      return offset + 2 + byteAt(bytes, offset + 1);
    case 0xc5:
    case 0xda:
      return offset + 3 + uint16At(bytes, offset + 1);
    case 0xc6:
    case 0xdb:
      return offset + 5 + uint32At(bytes, offset + 1);
    case 0xdc: // arrays
      return skipItems(bytes, offset + 3, uint16At(bytes, offset + 1), depth);
    case 0xdd:
      return skipItems(bytes, offset + 5, uint32At(bytes, offset + 1), depth);
    case 0xde: // maps
      return skipItems(bytes, offset + 3, 2 * uint16At(bytes, offset + 1), depth);
    case 0xdf:
      return skipItems(bytes, offset + 5, 2 * uint32At(bytes, offset + 1), depth);
    default: // 0xc1, which is never used, and the extension types
      throw new TypeError(`MessagePack format 0x${format.toString(16)} at byte ${offset} is not accepted`);
  }
}

function skipItems(bytes: Uint8Array, offset: number, count: number, depth: number): number {
  if (depth === MAX_NESTING) throw new TypeError(`the MessagePack value is nested more than ${MAX_NESTING} deep`);
  let end = offset;
  // An item takes at least a byte, so however large a count claims to be, this stops where the bytes do.
  for (let i = 0; i < count; i += 1) end = skipValue(bytes, end, depth + 1);
  return end;
}

function byteAt(bytes: Uint8Array, offset: number): number {
  const byte = bytes[offset];
  if (byte === undefined) throw new TypeError('the MessagePack value ends early');
  return byte;
}

function uint16At(bytes: Uint8Array, offset: number): number {
  return byteAt(bytes, offset) * 0x100 + byteAt(bytes, offset + 1);
}

function uint32At(bytes: Uint8Array, offset: number): number {
  return uint16At(bytes, offset) * 0x1_0000 + uint16At(bytes, offset + 2);
}
