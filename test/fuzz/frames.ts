/** Frames of a peer: with numbers that are right, or nearly. */

import type { ByteWriter } from './byte-writer.ts';
import type { Chance } from './chance.ts';
import { putText, putValue, putWhole } from './values.ts';

/** Where the peer stands in the numbers of both directions. */
export interface Numbers {
  /** Its next message. */
  data: number;
  /** Its next PING. */
  ping: number;
  /** Messages of ours that it has. */
  sent: number;
  /** The next of them that it answers. */
  result: number;
  /** What its messages may still cost before it hears from us. */
  credit: number;
  /** PINGs that it may still send. */
  pings: number;
}

/** How a peer speaks. */
export interface Manner {
  readonly chance: Chance;
  /** Once in so many times something is wrong; 0 for never. */
  readonly deviation: number;
  readonly numbers: Numbers;
  /** For bodies. */
  readonly scratch: ByteWriter;
}

/** What a message costs beside its bytes, and the least that a part of one may have (docs/PROTOCOL.md). */
const MESSAGE_COST = 128;
const MIN_PART_BYTES = 1_024;

/** What the peer grants us, once and for all. */
const CREDIT = 65_536;

/** A frame with this body, whose length is right or nearly. */
export function putFrame(out: ByteWriter, chance: Chance, deviation: number, type: number, body: Uint8Array): void {
  const length = chance.nearly(1 + body.length, 4 * deviation);
  if (chance.strays(8 * deviation)) out.number(length, chance.pick([2, 4, 8]));
  else out.number(length);
  out.put(type).append(body);
}

/** One frame that may come when the handshake is over; none where a lawful peer has nothing to say. */
export function putAnyFrame(out: ByteWriter, manner: Manner): void {
  const { chance, deviation } = manner;
  if (chance.strays(3 * deviation)) return putOddFrame(out, manner);
  switch (chance.below(8)) {
    case 0:
      return putPing(out, manner);
    case 1:
      return putPong(out, manner);
    case 2:
    case 3:
    case 4:
      return putData(out, manner);
    case 5:
      return putAck(out, manner);
    case 6:
      return putResult(out, manner);
    default:
      return chance.oneIn(3) ? putLater(out, manner) : putData(out, manner);
  }
}

function put(out: ByteWriter, { chance, deviation, scratch }: Manner, type: number): void {
  putFrame(out, chance, 2 * deviation, type, scratch.take());
}

/** A number of a body: once in a while not in its shortest form. */
function putNumber({ chance, deviation, scratch }: Manner, n: number): void {
  if (chance.strays(16 * deviation)) scratch.number(n, chance.pick([2, 4, 8]));
  else scratch.number(n);
}

function putPing(out: ByteWriter, manner: Manner): void {
  const { chance, deviation, numbers } = manner;
  if (deviation === 0 && numbers.pings === 0) return;
  numbers.pings -= 1;
  putNumber(manner, chance.nearly(numbers.ping, deviation));
  numbers.ping += 1;
  put(out, manner, 0x03);
}

function putPong(out: ByteWriter, manner: Manner): void {
  const { chance, deviation, numbers, scratch } = manner;
  putNumber(manner, chance.nearly(chance.between(1, 3), deviation));
  if (chance.oneIn(2)) {
    putNumber(manner, chance.nearly(numbers.result - 1, deviation));
    if (chance.oneIn(2)) {
      scratch.put(chance.nearly(chance.below(3), deviation));
      if (chance.strays(deviation)) putValue(scratch, chance);
    }
  }
  put(out, manner, 0x04);
}

/** A message: in a lawful one there is nothing but its own number. */
function putData(out: ByteWriter, manner: Manner): void {
  const { chance, deviation, numbers, scratch } = manner;
  if (chance.oneIn(12)) return putDataInParts(out, manner);
  if (deviation === 0 && numbers.credit < 2 * MESSAGE_COST) return;
  numbers.credit -= MESSAGE_COST + 9;
  putNumber(manner, chance.nearly(numbers.data, deviation));
  scratch.put(chance.nearly(0, deviation));
  if (chance.strays(deviation)) putValue(scratch, chance);
  else putWhole(scratch, numbers.data);
  numbers.data += 1;
  put(out, manner, 0x05);
}

/** The same in two or three parts: binary data that is longer than it says anything. */
function putDataInParts(out: ByteWriter, manner: Manner): void {
  const { chance, deviation, numbers, scratch } = manner;
  if (deviation === 0 && numbers.credit < MESSAGE_COST + MIN_PART_BYTES + 16) return;
  numbers.credit -= MESSAGE_COST + MIN_PART_BYTES + 9;
  const length = chance.nearly(MIN_PART_BYTES, deviation) % 65_536;
  const marks = chance.strays(deviation) ? [1, 2, 2, 3] : [1, 3];
  for (const mark of marks) {
    putNumber(manner, chance.nearly(numbers.data, 2 * deviation));
    scratch.put(mark);
    if (mark === 1)
      scratch
        .put(0xc5)
        .fixed(length - 3 + 5, 2)
        .fill(length - 3, 0x61);
    else if (mark === 2) scratch.fill(length, 0x62);
    else scratch.fill(5, 0x63);
    put(out, manner, 0x05);
  }
  numbers.data += 1;
}

function putResult(out: ByteWriter, manner: Manner): void {
  const { chance, deviation, numbers, scratch } = manner;
  if (deviation === 0 && numbers.result > numbers.sent) return;
  putNumber(manner, chance.nearly(numbers.result, deviation));
  numbers.result += 1;
  switch (chance.below(4)) {
    case 0:
      scratch.put(1);
      putNumber(manner, chance.nearly(4, deviation));
      scratch.ascii('oops').ascii(chance.pick(['', 'it failed']));
      break;
    case 1:
      scratch.put(chance.nearly(0, deviation));
      if (chance.strays(deviation)) putValue(scratch, chance);
      else scratch.put(0xc0);
      break;
    default:
      scratch.put(0);
      putText(scratch, 'done');
  }
  put(out, manner, 0x06);
}

function putAck(out: ByteWriter, manner: Manner): void {
  const { chance, deviation, numbers } = manner;
  const handled = chance.between(numbers.result - 1, Math.max(numbers.sent, numbers.result - 1));
  numbers.result = handled + 1;
  putNumber(manner, chance.nearly(Math.max(numbers.sent, handled), deviation));
  putNumber(manner, chance.nearly(handled, deviation));
  // What it was told it may settle, and not its newest message, whose result is still under way.
  putNumber(manner, chance.strays(Math.min(deviation, 3)) ? chance.below(numbers.data + 1) : 0);
  putNumber(manner, chance.nearly(0, deviation));
  putNumber(manner, chance.nearly(CREDIT, deviation));
  put(out, manner, 0x07);
}

/** A goodbye. */
export function putClose(out: ByteWriter, manner: Manner): void {
  const { chance, deviation, numbers, scratch } = manner;
  scratch.put(chance.nearly(chance.below(2), 2 * deviation));
  putNumber(manner, deviation === 0 ? chance.below(2) : chance.nearly(chance.below(11), deviation));
  putNumber(manner, chance.nearly(numbers.sent, deviation));
  putNumber(manner, chance.nearly(0, deviation));
  putNumber(manner, chance.nearly(0, deviation));
  scratch.ascii(chance.strays(deviation) ? 'x'.repeat(chance.pick([256, 257])) : 'bye');
  put(out, manner, 0x08);
}

/** Of a later version: to be skipped. */
function putLater(out: ByteWriter, manner: Manner): void {
  const { chance, scratch } = manner;
  scratch.fill(chance.pick([0, 1, 100]), chance.byte());
  put(out, manner, chance.between(0x80, 0xff));
}

/** What has no place here. */
function putOddFrame(out: ByteWriter, manner: Manner): void {
  const { chance, scratch } = manner;
  switch (chance.below(6)) {
    case 0:
      return void out.put(0);
    case 1:
      return putClose(out, manner);
    case 2:
      scratch.put(0x80);
      return put(out, manner, chance.between(0x01, 0x02));
    case 3:
      return put(out, manner, chance.pick([0x00, 0x09, 0x3f, 0x40, 0x7f]));
    case 4:
      return void out.number(chance.interesting()).put(chance.between(1, 8));
    default:
      for (let count = chance.below(12); count > 0; count -= 1) scratch.put(chance.byte());
      return put(out, manner, chance.between(1, 8));
  }
}
