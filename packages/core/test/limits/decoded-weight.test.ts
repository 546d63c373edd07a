// What a message of a hostile peer becomes: no more than three times what it is weighed at before anything is made of it.

import { describe, expect, it } from 'vitest';
import { msgpackCodec } from '../../src/rules/msgpack-codec.ts';
import { requirePlainMsgpack } from '../../src/rules/plain-msgpack.ts';
import { heapOf } from '../support/heap.ts';
import { fromHex } from '../support/hex.ts';

const codec = msgpackCodec();
const COUNT = 20_000;

/** An array of 20,000 items. */
function arrayOf(item: (index: number) => string): Uint8Array {
  return fromHex(`dd 00 00 4e 20 ${Array.from({ length: COUNT }, (_, index) => item(index)).join(' ')}`);
}

/** A text of 3 bytes that is another one for each index. */
function name(index: number): string {
  const bytes = [index % 90, Math.floor(index / 90) % 90, Math.floor(index / 8_100)];
  return `a3 ${bytes.map((byte) => (byte + 0x23).toString(16)).join(' ')}`;
}

describe('a decoded message takes at most three times its weight', () => {
  it.each<[string, (index: number) => string]>([
    ['nil', () => 'c0'],
    ['texts of 3 bytes', name],
    ['integers of 64 bits', () => 'cf ff ff ff ff ff ff ff ff'],
    ['empty maps', () => '80'],
    ['maps of one key that no other has', (index) => `81 ${name(index)} c0`],
    ['maps of two keys that no other has', (index) => `82 ${name(index)} c0 ${name(COUNT - index)} c0`],
    ['maps of a one-digit key', () => '81 a1 39 c0'],
    ['maps of the key 1023', () => '81 a4 31 30 32 33 c0'],
    ['maps of the keys 999 and 2499', () => '82 a3 39 39 39 c0 a4 32 34 39 39 c0'],
    ['empty arrays', () => '90'],
    ['arrays of 2 arrays', () => '92 90 90'],
    ['empty byte arrays', () => 'c4 00'],
  ])('20,000 %s', (_what, item) => {
    const bytes = arrayOf(item);
    // And 8 for each byte of texts: one of 3 bytes takes 24, and its format one more of those here.
    const most = 3 * requirePlainMsgpack(bytes).weight + 8 * bytes.length;
    expect(heapOf(() => codec.decode(bytes))).toBeLessThan(most);
  });
});
