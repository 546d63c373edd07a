/** One connection in the hand of a vector: what the end under test writes is kept, frame by frame, with its instant. */

import type { Clock, Frame, Instant, Transport, TransportListener } from '@systole/core';
import { FrameDecoder } from '@systole/core';

/** Magic, and the zero with which a server lists its versions. */
const PREAMBLE_BYTES = 5;
const UNSUPPORTED = 0;

/** Something that was written. */
export interface Written {
  readonly at: Instant;
  /** Hexadecimal, without blanks; `fin` for FIN. */
  readonly bytes: string;
  /** Undefined for a preamble and FIN. */
  readonly frame: Frame | undefined;
}

/** See the head of the file. */
export class Line implements Transport {
  readonly written: Written[] = [];
  readonly unwritten = 0;
  receivedBytes = 0;
  /** Once the end under test has let it go, or it was cut. */
  isGone = false;
  readonly #clock: Clock;
  #listener: TransportListener | undefined;
  #isPreambleOver = false;
  #isFinSent = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  attach(listener: TransportListener): this {
    this.#listener = listener;
    return this;
  }

  write(chunks: readonly Uint8Array[]): void {
    let bytes = Buffer.concat(chunks);
    if (!this.#isPreambleOver) {
      this.#isPreambleOver = true;
      const length = bytes[PREAMBLE_BYTES - 1] === UNSUPPORTED ? bytes.length : PREAMBLE_BYTES;
      this.#keep(bytes.subarray(0, length));
      bytes = bytes.subarray(length);
    }
    while (bytes.length > 0) {
      const length = frameLength(bytes);
      this.#keep(bytes.subarray(0, length), decode(bytes.subarray(0, length)));
      bytes = bytes.subarray(length);
    }
  }

  end(): void {
    this.#isFinSent = true;
    this.written.push({ at: this.#clock.now(), bytes: 'fin', frame: undefined });
  }

  destroy(): void {
    this.isGone = true;
  }

  pause(): void {}
  resume(): void {}

  // What the peer does.

  receive(bytes: Uint8Array): void {
    this.receivedBytes += bytes.length;
    this.#listener?.handleBytes(bytes);
  }

  receiveFin(): void {
    this.#listener?.handleEnd();
    if (!this.#isFinSent) return;
    this.isGone = true;
    this.#listener?.handleClosed();
  }

  cut(): void {
    this.isGone = true;
    this.#listener?.handleClosed({ code: 'ECONNRESET', syscall: 'read' });
  }

  #keep(bytes: Buffer, frame?: Frame): void {
    this.written.push({ at: this.#clock.now(), bytes: bytes.toString('hex'), frame });
  }
}

/** The bytes of the first frame, its length field included: section 2 of the document, once more. */
function frameLength(bytes: Buffer): number {
  const size = 1 << ((bytes[0] ?? 0) >> 6);
  const length =
    size === 1 ? bytes.readUInt8() : size === 2 ? bytes.readUInt16BE() & 0x3fff : bytes.readUInt32BE() & 0x3fffffff;
  return size + length;
}

function decode(bytes: Uint8Array): Frame {
  const decoder = new FrameDecoder(Number.MAX_SAFE_INTEGER);
  decoder.push(bytes);
  const frame = decoder.next();
  if (frame === undefined) throw new Error('half a frame was written');
  return frame;
}
