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
import { MAX_CODE_BYTES, MAX_FRAGMENT_BYTES, MAX_HEALTH_BYTES, MAX_REASON_BYTES, MAX_TEXT_BYTES } from './limits.ts';
import { Reader } from './reader.ts';
import { copyOf } from './slab.ts';
import { varintSize, writeVarint } from './varint.ts';

/** Up to this size a payload is copied behind its head: a chunk more in a write takes longer. */
const MAX_COPIED_BYTES = 4_096;

/** The mark of DATA, by number. */
const PARTS: readonly Part[] = ['whole', 'first', 'middle', 'last'];
const MARK_OF_PART: Readonly<Record<Part, number>> = { whole: 0, first: 1, middle: 2, last: 3 };
/** The status of RESULT: 1 is a failure, the others are parts of a value. */
const FAILED = 1;
const STATUS_OF_PART: Readonly<Record<Part, number>> = { whole: 0, first: 2, middle: 3, last: 4 };
const PART_OF_STATUS: ReadonlyMap<number, Part> = new Map(PARTS.map((part) => [STATUS_OF_PART[part], part]));
/** The status of health in PONG, by number. */
const HEALTH: readonly HealthStatus[] = ['ok', 'degraded', 'failing'];
const SCOPES: readonly CloseFrame['scope'][] = ['connection', 'session'];

const NOTHING = new Uint8Array(0);

/** Where the bytes of frames go, one after the other. */
export interface Sink {
  /** Makes room for so many bytes, which must be filled in at once: in {@link bytes}, from the returned offset on. */
  reserve(count: number): number;
  readonly bytes: Uint8Array;
  /** Takes bytes as they are; they must not change until they have been written. */
  put(bytes: Uint8Array): void;
}

/**
 * Writes the complete bytes of a frame, length included. A payload or value of more than 4 KiB is put as it is, the others are
 * copied. Texts over their limit are cut between two characters.
 *
 * @throws RangeError for a number that is not whole or not from 0 to 2^53-1, and for a CLOSE with the code `unknown`.
 */
export function writeFrame(frame: Frame, sink: Sink): void {
  const type = FRAME_TYPES[frame.type];
  switch (frame.type) {
    case 'hello':
    case 'welcome':
      return write(sink, type, [], frame.body);
    case 'ping':
      return write(sink, type, [frame.number], NOTHING);
    case 'pong':
      return writePong(sink, type, frame);
    case 'data':
      return writePart(sink, type, frame.number, MARK_OF_PART[frame.part], frame.payload);
    case 'result':
      if (!frame.ok) return writeFailure(sink, type, frame);
      return writePart(sink, type, frame.number, STATUS_OF_PART[frame.part], frame.value);
    case 'ack':
      return write(sink, type, [frame.received, frame.handled, frame.settled, frame.read, frame.limit], NOTHING);
    case 'close':
      return writeClose(sink, type, frame);
  }
}

/** The bytes of a frame, its length in front, in memory of their own but for a payload or value of more than 4 KiB. */
export function encodeFrame(frame: Frame): readonly Uint8Array[] {
  const chunks: Uint8Array[] = [];
  const sink = {
    bytes: NOTHING,
    reserve(count: number): number {
      sink.bytes = new Uint8Array(count);
      chunks.push(sink.bytes);
      return 0;
    },
    put(bytes: Uint8Array): void {
      chunks.push(bytes);
    },
  };
  writeFrame(frame, sink);
  return chunks;
}

function writePong(sink: Sink, type: number, { number, handled, health }: PongFrame): void {
  if (handled === undefined) return write(sink, type, [number], NOTHING);
  if (health === undefined) return write(sink, type, [number, handled], NOTHING);
  return write(sink, type, [number, handled, HEALTH.indexOf(health.status)], health.payload);
}

function writeFailure(sink: Sink, type: number, frame: FailureFrame): void {
  const codeBytes = encodeText(frame.code, MAX_CODE_BYTES);
  const textBytes = encodeText(frame.text, MAX_TEXT_BYTES);
  const tail = new Uint8Array(codeBytes.length + textBytes.length);
  tail.set(codeBytes);
  tail.set(textBytes, codeBytes.length);
  write(sink, type, [frame.number, FAILED, codeBytes.length], tail);
}

function writeClose(sink: Sink, type: number, frame: CloseFrame): void {
  if (frame.code === 'unknown') throw new RangeError('the code of CLOSE must be one of ours, got unknown');
  const { scope, code, lastAccepted, retryAfterMs, spreadMs, reason } = frame;
  const numbers = [SCOPES.indexOf(scope), CLOSE_CODES[code], lastAccepted, retryAfterMs, spreadMs];
  write(sink, type, numbers, encodeText(reason, MAX_REASON_BYTES));
}

function write(sink: Sink, type: number, numbers: readonly number[], tail: Uint8Array): void {
  let numberBytes = 0;
  for (const n of numbers) numberBytes += varintSize(n);
  let offset = begin(sink, type, numberBytes, tail);
  for (const n of numbers) offset = writeVarint(sink.bytes, offset, n);
  finish(sink, offset, tail);
}

/** DATA and RESULT, of which there are many: a number, a byte, and the rest. */
function writePart(sink: Sink, type: number, number: number, mark: number, tail: Uint8Array): void {
  const start = begin(sink, type, varintSize(number) + 1, tail);
  const offset = writeVarint(sink.bytes, start, number);
  sink.bytes[offset] = mark;
  finish(sink, offset + 1, tail);
}

/** Length and type; makes room for the numbers, and for the tail if it is to be copied. Returns where the numbers go. */
function begin(sink: Sink, type: number, numberBytes: number, tail: Uint8Array): number {
  const length = 1 + numberBytes + tail.length;
  const copied = tail.length > MAX_COPIED_BYTES ? 0 : tail.length;
  const start = sink.reserve(varintSize(length) + 1 + numberBytes + copied);
  const offset = writeVarint(sink.bytes, start, length);
  sink.bytes[offset] = type;
  return offset + 1;
}

function finish(sink: Sink, offset: number, tail: Uint8Array): void {
  if (tail.length > MAX_COPIED_BYTES) sink.put(tail);
  else sink.bytes.set(tail, offset);
}

/**
 * The frame that a type and a body stand for, the bytes from `start` to `end`; undefined if the type is unknown and may be
 * skipped (0x80 and above). Bodies, payloads and values are views of `bytes`: who keeps one makes a copy, see {@link keptCopy}.
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
      return { type: 'hello', body: new Reader(bytes, 'HELLO', start, end).rest() };
    case FRAME_TYPES.welcome:
      return { type: 'welcome', body: new Reader(bytes, 'WELCOME', start, end).rest() };
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
  return { type: 'pong', number, handled, health: { status, payload: copyOf(reader.rest()) } };
}

function decodeData(reader: Reader): DataFrame {
  const number = readNumber(reader, 'DATA');
  const mark = reader.byte();
  const part = PARTS[mark];
  if (part === undefined) throw new ProtocolError(`DATA has the mark ${mark}, which is none of 0 to 3`);
  return { type: 'data', number, part, payload: readPart(reader, 'DATA') };
}

function decodeResult(reader: Reader): ResultFrame {
  const number = readNumber(reader, 'RESULT');
  const status = reader.byte();
  const part = PART_OF_STATUS.get(status);
  if (part !== undefined) return { type: 'result', ok: true, number, part, value: readPart(reader, 'RESULT') };
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

/** The bytes that one frame has of a message or value. */
function readPart(reader: Reader, subject: string): Uint8Array {
  if (reader.remaining > MAX_FRAGMENT_BYTES) {
    throw new ProtocolError(`${subject} has ${reader.remaining} bytes, over the limit of ${MAX_FRAGMENT_BYTES}`);
  }
  return reader.rest();
}

function readText(reader: Reader, byteCount: number, maxBytes: number, subject: string): string {
  if (byteCount > maxBytes) {
    throw new ProtocolError(`${subject} takes ${byteCount} bytes, over the limit of ${maxBytes}`);
  }
  return reader.text(byteCount);
}
