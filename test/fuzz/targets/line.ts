/** One connection in the hand of a run: what the end under test writes is looked at, and its kernel takes what the run says. */

import type { Frame, Transport, TransportListener } from '@systole/core';
import { FrameDecoder } from '@systole/core';
import { expect, Failure } from '../failure.ts';

const PREAMBLE_BYTES = 5;
/** What our own queue may hold, one frame and the control frames of a turn included (docs/PROTOCOL.md and `session/outgoing.ts`). */
const MAX_UNWRITTEN = 262_144 + 65_536 + 4_096;

/** Who looks at what is written. */
export interface Reader {
  handleFrame(frame: Frame): void;
}

/** See the head of the file. */
export class Line implements Transport {
  unwritten = 0;
  receivedBytes = 0;
  /** Bytes that were written. */
  position = 0;
  /** Once the end under test has let it go, or it was cut. */
  isGone = false;
  #isStuffed = false;
  #isFinSent = false;
  #preamble: number[] = [];
  readonly #decoder = new FrameDecoder(MAX_UNWRITTEN);
  readonly #reader: Reader;
  #listener: TransportListener | undefined;

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  attach(listener: TransportListener): this {
    this.#listener = listener;
    return this;
  }

  // What the end under test asks for.

  write(chunks: readonly Uint8Array[]): void {
    expect(!this.isGone, 'something was written to a connection that is gone');
    // Behind FIN a socket takes nothing, and says nothing.
    if (this.#isFinSent) return;
    for (const chunk of chunks) {
      this.position += chunk.length;
      if (this.#isStuffed) this.unwritten += chunk.length;
      this.#look(chunk);
    }
    if (this.unwritten > MAX_UNWRITTEN) throw new Failure('growth', `${this.unwritten} bytes wait to be written`);
  }

  #look(chunk: Uint8Array): void {
    let rest = chunk;
    while (this.#preamble.length < PREAMBLE_BYTES && rest.length > 0) {
      this.#preamble.push(rest[0] ?? 0);
      rest = rest.subarray(1);
    }
    // Behind a version of 0 there are versions and no frames.
    if (rest.length === 0 || this.#preamble[PREAMBLE_BYTES - 1] === 0) return;
    // What is written is the writer's again when the kernel has it.
    this.#decoder.push(rest.slice());
    for (let frame = this.#decoder.next(); frame !== undefined; frame = this.#decoder.next()) {
      this.#reader.handleFrame(frame);
    }
  }

  end(): void {
    expect(!this.isGone, 'FIN was sent on a connection that is gone');
    this.#isFinSent = true;
  }

  destroy(): void {
    this.isGone = true;
  }

  pause(): void {}
  resume(): void {}

  // What the peer and the kernel do.

  receive(bytes: Uint8Array): void {
    if (this.isGone) return;
    this.receivedBytes += bytes.length;
    this.#listener?.handleBytes(bytes);
  }

  receiveFin(): void {
    if (this.isGone) return;
    this.#listener?.handleEnd();
    if (!this.#isFinSent || this.isGone) return;
    this.isGone = true;
    this.#listener?.handleClosed();
  }

  cut(): void {
    if (this.isGone) return;
    this.isGone = true;
    this.#listener?.handleClosed({ code: 'ECONNRESET', syscall: 'read' });
  }

  stuff(): void {
    this.#isStuffed = true;
  }

  drain(): void {
    this.#isStuffed = false;
    if (this.unwritten === 0 || this.isGone) return;
    this.unwritten = 0;
    this.#listener?.handleDrained();
  }
}
