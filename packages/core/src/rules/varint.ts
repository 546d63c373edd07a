/**
 * Numbers on the wire: the variable-length integers of QUIC (RFC 9000, section 16). The two highest bits of the first
 * byte tell the size, 1, 2, 4 or 8 bytes; the rest is the number in network byte order.
 *
 * We are stricter than QUIC: only the shortest form is valid, and only what JavaScript holds exactly, at most 2^53-1.
 */

import { ProtocolError } from '../words/errors.ts';

const MAX_IN_1 = 0x3f;
const MAX_IN_2 = 0x3fff;
const MAX_IN_4 = 0x3fff_ffff;

/** Bytes that a number takes on the wire. */
export type VarintSize = 1 | 2 | 4 | 8;

/**
 * The bytes that `n` takes in its only valid, shortest form.
 *
 * @throws RangeError unless `n` is a whole number from 0 to 2^53-1: a bug of ours, never the peer's doing.
 */
export function varintSize(n: number): VarintSize {
  if (!Number.isSafeInteger(n) || n < 0) {
    throw new RangeError(`a varint must be a whole number from 0 to 2^53-1, got ${n}`);
  }
  if (n <= MAX_IN_1) return 1;
  if (n <= MAX_IN_2) return 2;
  return n <= MAX_IN_4 ? 4 : 8;
}

/** The bytes of the number that begins with `firstByte`. */
export function varintSizeFrom(firstByte: number): VarintSize {
  return (1 << (firstByte >> 6)) as VarintSize;
}

const SIZE_BITS: Readonly<Record<VarintSize, number>> = { 1: 0x00, 2: 0x40, 4: 0x80, 8: 0xc0 };

/**
 * Writes `n` into `target`, which must have room, and returns the offset behind it.
 *
 * @throws RangeError as {@link varintSize} does.
 */
export function writeVarint(target: Uint8Array, offset: number, n: number): number {
  const size = varintSize(n);
  let rest = n;
  for (let at = offset + size - 1; at > offset; at -= 1) {
    target[at] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  target[offset] = SIZE_BITS[size] | rest;
  return offset + size;
}

/**
 * The number at `offset`, which must be over by `end`; it takes {@link varintSize} bytes.
 *
 * @throws ProtocolError if it ends early, could be written shorter, or is above 2^53-1.
 */
export function readVarint(bytes: Uint8Array, offset: number, end: number = bytes.length): number {
  const first = bytes[offset];
  const size = first === undefined ? 1 : varintSizeFrom(first);
  if (first === undefined || offset + size > end) throw new ProtocolError('a number ends early');
  let n = first & 0x3f;
  // Beyond 2^53 the sum is rounded, but never back to below it.
  for (let i = 1; i < size; i += 1) n = n * 256 + (bytes[offset + i] as number);
  if (n > Number.MAX_SAFE_INTEGER) throw new ProtocolError('a number is above 2^53-1');
  if (varintSize(n) !== size) throw new ProtocolError(`the number ${n} takes ${size} bytes, not its shortest form`);
  return n;
}
