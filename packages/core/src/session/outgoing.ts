/** The bytes of one turn, gathered so that they leave in one write, and how far the stream has come. */

import { encodeFrame } from '../rules/frame-codec.ts';
import { encodePreamble } from '../rules/preamble.ts';
import type { Frame } from '../words/frame.ts';
import { WIRE_VERSION } from '../words/frame.ts';
import type { Transport } from '../words/transport.ts';

/**
 * What may wait in our own send queue before PONGs, answers and messages are held back: 256 KiB keep a fast link busy, and
 * a PING never waits behind much more.
 */
const SEND_QUEUE_BYTES = 262_144;

/** The sending side of one connection's byte stream. */
export class Outgoing {
  readonly #transport: Transport;
  #batch: Uint8Array[] = [];
  #batchBytes = 0;
  #position = 0;
  #preambleSent = false;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Bytes put in since the connection began. */
  get position(): number {
    return this.#position;
  }

  /** How many of them our own kernel has taken. */
  get written(): number {
    return this.#position - this.unwritten;
  }

  /** The rest: in this turn's batch, or in the transport's queue. */
  get unwritten(): number {
    return this.#batchBytes + this.#transport.unwritten;
  }

  /** Whether more may be put in that can also wait. */
  get hasRoom(): boolean {
    return this.unwritten < SEND_QUEUE_BYTES;
  }

  /** The preamble goes before everything, once. */
  putPreamble(): void {
    if (this.#preambleSent) return;
    this.#preambleSent = true;
    this.putBytes(encodePreamble(WIRE_VERSION));
  }

  put(frame: Frame): void {
    for (const chunk of encodeFrame(frame)) this.putBytes(chunk);
  }

  putBytes(bytes: Uint8Array): void {
    this.#batch.push(bytes);
    this.#batchBytes += bytes.length;
    this.#position += bytes.length;
  }

  /** Hands the batch to the transport, in one write. */
  flush(): void {
    if (this.#batch.length === 0) return;
    const batch = this.#batch;
    this.#batch = [];
    this.#batchBytes = 0;
    this.#transport.write(batch);
  }
}
