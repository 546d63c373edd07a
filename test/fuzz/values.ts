/** MessagePack of a stranger: values of all formats, in lawful and in lying forms. */

import type { ByteWriter } from './byte-writer.ts';
import type { Chance } from './chance.ts';

/** Texts that mean something to somebody. */
const TEXTS: readonly string[] = [
  '',
  'a',
  'hello',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'then',
  'toJSON',
  '0',
  'a'.repeat(31),
  'a'.repeat(32),
  'a'.repeat(300),
];

/** A text of ASCII in the smallest form. */
export function putText(out: ByteWriter, text: string): void {
  const { length } = text;
  if (length < 32) out.put(0xa0 | length);
  else if (length < 256) out.put(0xd9, length);
  else out.put(0xda).fixed(length, 2);
  out.ascii(text);
}

/** A whole number of 0 or more in the smallest form. */
export function putWhole(out: ByteWriter, n: number): void {
  if (n < 0x80) out.put(n);
  else if (n < 0x100) out.put(0xcc, n);
  else if (n < 0x1_0000) out.put(0xcd).fixed(n, 2);
  else if (n < 0x1_0000_0000) out.put(0xce).fixed(n, 4);
  else out.put(0xcf).fixed(n, 8);
}

/** A value that may be anything, at most a few levels deep; or one that is none. */
export function putValue(out: ByteWriter, chance: Chance, depth = 0): void {
  switch (chance.below(depth > 3 ? 9 : 16)) {
    case 0:
      return void out.put(chance.pick([0xc0, 0xc2, 0xc3, 0x00, 0x7f, 0xe0, 0xff]));
    case 1:
      return putNumber(out, chance);
    case 2:
    case 3:
      return putText(out, chance.pick(TEXTS));
    case 4:
      return putBadText(out, chance);
    case 5:
      return putBinary(out, chance);
    case 6:
      return putWhole(out, chance.interesting());
    case 7:
      return chance.oneIn(3) ? putForeign(out, chance) : putText(out, 'x');
    case 8:
      return chance.oneIn(3) ? putLie(out, chance) : putWhole(out, chance.below(128));
    case 9:
      return chance.oneIn(4) ? putDeep(out, chance) : putNumber(out, chance);
    case 10:
    case 11:
    case 12:
      return putArray(out, chance, depth);
    default:
      return putMap(out, chance, depth);
  }
}

/** Numbers in any width, floats among them. */
function putNumber(out: ByteWriter, chance: Chance): void {
  const format = chance.pick([0xca, 0xcb, 0xcc, 0xcd, 0xce, 0xcf, 0xd0, 0xd1, 0xd2, 0xd3]);
  const width = format < 0xcc ? 4 << (format - 0xca) : 1 << (format & 0x03);
  out.put(format);
  if (chance.oneIn(3)) out.fill(width, chance.pick([0x00, 0x7f, 0x80, 0xff]));
  else for (let at = 0; at < width; at += 1) out.put(chance.byte());
}

/** Text that is no UTF-8, or barely. */
function putBadText(out: ByteWriter, chance: Chance): void {
  const bytes = chance.pick([
    [0xff],
    [0xc0, 0x80],
    [0xed, 0xa0, 0x80],
    [0xf4, 0x90, 0x80, 0x80],
    [0xe2, 0x82],
    [0xef, 0xbb, 0xbf],
    [0xf0, 0x9f, 0x92, 0x93],
    [0x00],
  ]);
  out.put(0xa0 | bytes.length, ...bytes);
}

function putBinary(out: ByteWriter, chance: Chance): void {
  const width = chance.pick([1, 2, 4]);
  const length = chance.pick([0, 1, 7, 64, 65, 200]);
  out.put(width === 1 ? 0xc4 : width === 2 ? 0xc5 : 0xc6).fixed(length, width);
  out.fill(length, chance.byte());
}

/** Extension types, of which msgpackr makes dates, errors, sets and functions, and the format that is none. */
function putForeign(out: ByteWriter, chance: Chance): void {
  const type = chance.pick([0xff, 0x72, 0x73, 0x65, 0x78, 0x74, 0x62, 0x69, 0x70, 0x00, 0x40]);
  switch (chance.below(4)) {
    case 0: {
      const format = chance.between(0xd4, 0xd8);
      return void out.put(format, type).fill(1 << (format - 0xd4), chance.byte());
    }
    case 1: {
      const length = chance.below(20);
      return void out.put(0xc7, length, type).fill(length, chance.byte());
    }
    case 2:
      return void out.put(0xd4, 0x72, 0x40, 0x92, 0xa1, 0x61, 0xa1, 0x62);
    default:
      return void out.put(0xc1);
  }
}

/** A length that the bytes do not keep. */
function putLie(out: ByteWriter, chance: Chance): void {
  const format = chance.pick([0xc4, 0xc5, 0xc6, 0xd9, 0xda, 0xdb, 0xdc, 0xdd, 0xde, 0xdf, 0x9f, 0x8f, 0xbf]);
  const width = [0xc6, 0xdb, 0xdd, 0xdf].includes(format) ? 4 : [0xc4, 0xd9].includes(format) ? 1 : 2;
  out.put(format);
  if (format >= 0xc0) out.fixed(chance.pick([1, 2, 2 ** 31, 2 ** 32 - 1, chance.interesting()]) % 256 ** width, width);
  out.fill(chance.below(4), 0xc0);
}

/** Arrays and maps within each other, about as deep as may be. */
function putDeep(out: ByteWriter, chance: Chance): void {
  const depth = chance.pick([30, 126, 127, 128, 129, 130, 1_000]);
  if (chance.oneIn(2)) out.fill(depth, 0x91).put(0xc0);
  else {
    for (let level = 0; level < depth; level += 1) out.put(0x81, 0xa1, 0x61);
    out.put(0xc0);
  }
}

function putArray(out: ByteWriter, chance: Chance, depth: number): void {
  const count = chance.below(4);
  if (chance.oneIn(8)) out.put(0xdd).fixed(count, 4);
  else out.put(0x90 | count);
  for (let index = 0; index < count; index += 1) putValue(out, chance, depth + 1);
}

function putMap(out: ByteWriter, chance: Chance, depth: number): void {
  const count = chance.below(4);
  if (chance.oneIn(8)) out.put(0xdf).fixed(count, 4);
  else out.put(0x80 | count);
  for (let index = 0; index < count; index += 1) {
    if (chance.oneIn(6)) putValue(out, chance, depth + 1);
    else putText(out, chance.pick(TEXTS));
    putValue(out, chance, depth + 1);
  }
}
