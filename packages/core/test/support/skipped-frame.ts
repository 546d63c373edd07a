/** Bytes that a peer may send for nothing. */

import { writeVarint } from '../../src/rules/varint.ts';

/** A frame of a later version in so many bytes, length field included: it is skipped, and costs no credit. */
export function skippedFrame(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  const head = [1, 2, 4].find((size) => writeVarint(new Uint8Array(8), 0, length - size) === size) ?? 8;
  writeVarint(bytes, 0, length - head);
  bytes[head] = 0x80;
  return bytes;
}
