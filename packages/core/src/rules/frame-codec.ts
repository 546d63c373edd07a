/**
 * Frames to bytes and back. A frame is its length, its type, its body; docs/PROTOCOL.md has the diagrams.
 *
 * Every body begins with numbers and ends, in some frames, with bytes that reach to its end. Flags (the mark of DATA, the
 * status of RESULT and PONG, the scope of CLOSE) are single bytes below 64, which as numbers are the same byte.
 */

import { ProtocolError } from '../words/errors.ts';
import type {
  AckFrame,
  CloseCode,
  CloseFrame,
  DataFrame,
  FailureFrame,
  Frame,
  Part,
  PingFrame,
  PongFrame,
  ResultFrame,
} from '../words/frame.ts';
import { CLOSE_CODES, FIRST_OPTIONAL_TYPE, FRAME_TYPES } from '../words/frame.ts';
import type { HealthStatus } from '../words/health.ts';
import { encodeText } from './cut-text.ts';
import { MAX_CODE_BYTES, MAX_HEALTH_BYTES, MAX_REASON_BYTES, MAX_TEXT_BYTES } from './limits.ts';
import { Reader } from './reader.ts';
import { allocate } from './slab.ts';
import { varintSize, writeVarint } from './varint.ts';

/** From this size on bytes are handed through as views; below, a copy is cheaper than what a view would keep in memory. */
const VIEW_BYTES = 4_096;

/** The mark of DATA, by number. */
const PARTS: readonly Part[] = ['whole', 'first', 'middle', 'last'];
/** The status of RESULT: 1 is a failure, the others are parts of a value. */
const FAILED = 1;
const STATUS_OF_PART: Readonly<Record<Part, number>> = { whole: 0, first: 2, middle: 3, last: 4 };
const PART_OF_STATUS: ReadonlyMap<number, Part> = new Map(PARTS.map((part) => [STATUS_OF_PART[part], part]));
/** The status of health in PONG, by number. */
const HEALTH: readonly HealthStatus[] = ['ok', 'degraded', 'failing'];
const SCOPES: readonly CloseFrame['scope'][] = ['connection', 'session'];

const NOTHING = new Uint8Array(0);

/**
 * The complete bytes of a frame, length included, in one chunk; a payload or value of more than 4 KiB is a second chunk,
 * not copied, and must not change until it has been written. Texts over their limit are cut between two characters.
 *
 * @throws RangeError for a number that is not whole or not from 0 to 2^53-1, and for a CLOSE with the code `unknown`.
 */
export function encodeFrame(frame: Frame): readonly Uint8Array[] {
  const type = FRAME_TYPES[frame.type];
  switch (frame.type) {
    case 'hello':
    case 'welcome':
      return assemble(type, [], frame.body);
    case 'ping':
      return assemble(type, [frame.number], NOTHING);
    case 'pong':
      return encodePong(type, frame);
    case 'data':
      return assemble(type, [frame.number, PARTS.indexOf(frame.part)], frame.payload);
    case 'result':
      if (!frame.ok) return encodeFailure(type, frame);
      return assemble(type, [frame.number, STATUS_OF_PART[frame.part]], frame.value);
    case 'ack':
      return assemble(type, [frame.received, frame.handled, frame.settled, frame.read, frame.limit], NOTHING);
    case 'close':
      return encodeClose(type, frame);
  }
}

function encodePong(type: number, { number, handled, health }: PongFrame): readonly Uint8Array[] {
  if (handled === undefined) return assemble(type, [number], NOTHING);
  if (health === undefined) return assemble(type, [number, handled], NOTHING);
  return assemble(type, [number, handled, HEALTH.indexOf(health.status)], health.payload);
}

function encodeFailure(type: number, frame: FailureFrame): readonly Uint8Array[] {
  const codeBytes = encodeText(frame.code, MAX_CODE_BYTES);
  const textBytes = encodeText(frame.text, MAX_TEXT_BYTES);
  const tail = new Uint8Array(codeBytes.length + textBytes.length);
  tail.set(codeBytes);
  tail.set(textBytes, codeBytes.length);
  return assemble(type, [frame.number, FAILED, codeBytes.length], tail);
}

function encodeClose(type: number, frame: CloseFrame): readonly Uint8Array[] {
  if (frame.code === 'unknown') throw new RangeError('the code of CLOSE must be one of ours, got unknown');
  const { scope, code, lastAccepted, retryAfterMs, spreadMs, reason } = frame;
  const numbers = [SCOPES.indexOf(scope), CLOSE_CODES[code], lastAccepted, retryAfterMs, spreadMs];
  return assemble(type, numbers, encodeText(reason, MAX_REASON_BYTES));
}

function assemble(type: number, numbers: readonly number[], tail: Uint8Array): readonly Uint8Array[] {
  let bodyBytes = tail.length;
  for (const n of numbers) bodyBytes += varintSize(n);
  const length = 1 + bodyBytes;
  const isSplit = tail.length > VIEW_BYTES;
  const head = allocate(varintSize(length) + length - (isSplit ? tail.length : 0));
  let offset = writeVarint(head, 0, length);
  head[offset] = type;
  offset += 1;
  for (const n of numbers) offset = writeVarint(head, offset, n);
  if (isSplit) return [head, tail];
  head.set(tail, offset);
  return [head];
}

/**
 * The frame that a type and a body stand for, the bytes from `start` to `end`; undefined if the type is unknown and may be
 * skipped (0x80 and above). Payloads of 4 KiB and more are views of `bytes`, smaller ones copies, so that what is kept does
 * not keep much else.
 *
 * @throws ProtocolError for an unknown type that may not be skipped, and for a malformed body.
 */
export function decodeFrame(
  type: number,
  bytes: Uint8Array,
  start: number = 0,
  end: number = bytes.length,
): Frame | undefined {
  switch (type) {
    case FRAME_TYPES.hello:
      return { type: 'hello', body: keepRest(new Reader(bytes, 'HELLO', start, end)) };
    case FRAME_TYPES.welcome:
      return { type: 'welcome', body: keepRest(new Reader(bytes, 'WELCOME', start, end)) };
    case FRAME_TYPES.ping:
      return decodePing(new Reader(bytes, 'PING', start, end));
    case FRAME_TYPES.pong:
      return decodePong(new Reader(bytes, 'PONG', start, end));
    case FRAME_TYPES.data:
      return decodeData(new Reader(bytes, 'DATA', start, end));
    case FRAME_TYPES.result:
      return decodeResult(new Reader(bytes, 'RESULT', start, end));
    case FRAME_TYPES.ack:
      return decodeAck(new Reader(bytes, 'ACK', start, end));
    case FRAME_TYPES.close:
      return decodeClose(new Reader(bytes, 'CLOSE', start, end));
    default:
      if (type >= FIRST_OPTIONAL_TYPE) return undefined;
      throw new ProtocolError(`unknown frame type ${type}`);
  }
}

function decodePing(reader: Reader): PingFrame {
  const number = readNumber(reader, 'PING');
  reader.end();
  return { type: 'ping', number };
}

function decodePong(reader: Reader): PongFrame {
  const number = readNumber(reader, 'PONG');
  if (reader.remaining === 0) return { type: 'pong', number };
  const handled = reader.varint();
  if (reader.remaining === 0) return { type: 'pong', number, handled };
  const statusByte = reader.byte();
  const status = HEALTH[statusByte];
  if (status === undefined) throw new ProtocolError(`PONG has the status ${statusByte}, which is none of 0 to 2`);
  if (reader.remaining > MAX_HEALTH_BYTES) {
    throw new ProtocolError(`PONG has ${reader.remaining} bytes of health, over the limit of ${MAX_HEALTH_BYTES}`);
  }
  return { type: 'pong', number, handled, health: { status, payload: keepRest(reader) } };
}

function decodeData(reader: Reader): DataFrame {
  const number = readNumber(reader, 'DATA');
  const mark = reader.byte();
  const part = PARTS[mark];
  if (part === undefined) throw new ProtocolError(`DATA has the mark ${mark}, which is none of 0 to 3`);
  return { type: 'data', number, part, payload: keepRest(reader) };
}

function decodeResult(reader: Reader): ResultFrame {
  const number = readNumber(reader, 'RESULT');
  const status = reader.byte();
  const part = PART_OF_STATUS.get(status);
  if (part !== undefined) return { type: 'result', ok: true, number, part, value: keepRest(reader) };
  if (status !== FAILED) throw new ProtocolError(`RESULT has the status ${status}, which is none of 0 to 4`);
  const code = readText(reader, reader.varint(), MAX_CODE_BYTES, 'the code of RESULT');
  const text = readText(reader, reader.remaining, MAX_TEXT_BYTES, 'the text of RESULT');
  return { type: 'result', ok: false, number, code, text };
}

function decodeAck(reader: Reader): AckFrame {
  const received = reader.varint();
  const handled = reader.varint();
  const settled = reader.varint();
  const read = reader.varint();
  const limit = reader.varint();
  reader.end();
  if (handled > received) throw new ProtocolError(`ACK has handled ${handled}, above received ${received}`);
  return { type: 'ack', received, handled, settled, read, limit };
}

function decodeClose(reader: Reader): CloseFrame {
  const scopeByte = reader.byte();
  const scope = SCOPES[scopeByte];
  if (scope === undefined) throw new ProtocolError(`CLOSE has the scope ${scopeByte}, which is neither 0 nor 1`);
  const code = CODE_NAMES.get(reader.varint()) ?? 'unknown';
  const lastAccepted = reader.varint();
  const retryAfterMs = reader.varint();
  const spreadMs = reader.varint();
  const reason = readText(reader, reader.remaining, MAX_REASON_BYTES, 'the reason of CLOSE');
  return { type: 'close', scope, code, lastAccepted, retryAfterMs, spreadMs, reason };
}

const CODE_NAMES: ReadonlyMap<number, CloseCode> = new Map(
  (Object.keys(CLOSE_CODES) as CloseCode[]).map((name) => [CLOSE_CODES[name], name]),
);

/** Numbers of PING, PONG, DATA and RESULT start at 1, so that 0 can mean "none yet" in a counter. */
function readNumber(reader: Reader, subject: string): number {
  const number = reader.varint();
  if (number === 0) throw new ProtocolError(`${subject} has the number 0, and numbers start at 1`);
  return number;
}

function readText(reader: Reader, byteCount: number, maxBytes: number, subject: string): string {
  if (byteCount > maxBytes) {
    throw new ProtocolError(`${subject} takes ${byteCount} bytes, over the limit of ${maxBytes}`);
  }
  return reader.text(byteCount);
}

function keepRest(reader: Reader): Uint8Array {
  return reader.remaining < VIEW_BYTES ? reader.copyRest() : reader.rest();
}
