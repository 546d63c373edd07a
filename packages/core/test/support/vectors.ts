/** The test vectors of the wire protocol: `test/vectors/README.md` says what they are made of. */

import { readFileSync } from 'node:fs';
import { fromHex } from './hex.ts';

/** The content of a file of vectors, as far as a test knows it. */
export function vectorsOf<File>(name: string): File {
  return JSON.parse(readFileSync(new URL(`../../../../test/vectors/${name}.json`, import.meta.url), 'utf8')) as File;
}

/** Bytes as vectors have them: pairs, and `61*1024` for one that is repeated. */
export function bytesFrom(text: string): Uint8Array {
  return fromHex(text.replaceAll(/(\w\w)\*(\d+)/g, (_, pair: string, times: string) => pair.repeat(Number(times))));
}

/** Ways in which a test cuts bytes into chunks: whole, byte by byte at the beginning, and in halves. */
export function cutsOf(bytes: Uint8Array): Uint8Array[][] {
  const half = bytes.length >> 1;
  const single = Array.from(bytes.subarray(0, 256), (byte) => Uint8Array.of(byte));
  return [[bytes], [...single, bytes.subarray(256)], [bytes.subarray(0, half), bytes.subarray(half)]];
}
