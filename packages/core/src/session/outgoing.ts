/** The bytes of one turn, gathered so that they leave in one write, and how far the stream has come. */

import { SendWindow } from '../machines/send-window.ts';
import { writeFrame } from '../rules/frame-codec.ts';
import { encodePreamble } from '../rules/preamble.ts';
import type { Instant } from '../words/clock.ts';
import type { Frame } from '../words/frame.ts';
import { WIRE_VERSION } from '../words/frame.ts';
import type { Transport } from '../words/transport.ts';
import { Batch } from './batch.ts';

/**
 * What may wait in our own send queue before PONGs, answers and messages are held back: 256 KiB keep a fast link busy, and
 * a PING never waits behind much more.
 */
const SEND_QUEUE_BYTES = 262_144;

/**
 * And how many writes: each takes Node 155 bytes beside its own (Node 20), and may hold a page that it shares. An ACK takes 8 bytes, so
 * that a peer which sends and never reads could have us keep twenty times the bytes above. What is held back is not lost: PONG
 * and ACK tell the newest, and leave together when the queue has drained.
 */
const MAX_WAITING_WRITES = 16;

/** The sending side of one connection's byte stream. */
export class Outgoing {
  readonly #transport: Transport;
  /** This turn's; none while nothing leaves. */
  #batch: Batch | undefined;
  #position = 0;
  /** Writes since the transport's queue was last empty. */
  #waitingWrites = 0;
  #preambleSent = false;
  /** Made with the first DATA or RESULT. */
  #window: SendWindow | undefined;

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
    return (this.#batch?.byteCount ?? 0) + this.#transport.unwritten;
  }

  /** Whether more may be put in that can also wait. */
  get hasRoom(): boolean {
    if (this.unwritten >= SEND_QUEUE_BYTES) return false;
    return this.#waitingWrites < MAX_WAITING_WRITES || this.#transport.unwritten === 0;
  }

  /** Whether DATA and RESULT may be put (W5). */
  get takesPayload(): boolean {
    return this.#window?.isOpen(this.#position) ?? true;
  }

  /** Whether something leaves with the next {@link flush}. */
  get isLeaving(): boolean {
    return this.#batch !== undefined;
  }

  /** The peer has read so many bytes of this stream. @throws ProtocolError */
  handleRead(read: number, now: Instant, minRttMs: number | undefined): void {
    this.#window ??= new SendWindow(this.#position);
    this.#window.handleRead(read, this.#position, now, minRttMs);
  }

  /** A turn is over. */
  handleTurn(now: () => Instant): void {
    this.#window?.handleTurn(this.#position, now());
  }

  /** The preamble goes before everything, once. */
  putPreamble(): void {
    if (this.#preambleSent) return;
    this.#preambleSent = true;
    this.putBytes(encodePreamble(WIRE_VERSION));
  }

  put(frame: Frame): void {
    const isGated = frame.type === 'data' || frame.type === 'result';
    if (isGated) this.#window ??= new SendWindow(this.#position);
    const batch = this.#open();
    const before = batch.byteCount;
    writeFrame(frame, batch);
    this.#position += batch.byteCount - before;
    if (isGated) this.#window?.handlePut(this.#position);
  }

  putBytes(bytes: Uint8Array): void {
    this.#open().put(bytes);
    this.#position += bytes.length;
  }

  #open(): Batch {
    this.#batch ??= Batch.take();
    return this.#batch;
  }

  /** Hands the batch to the transport, in one write. */
  flush(): void {
    const batch = this.#batch;
    if (batch === undefined) return;
    this.#batch = undefined;
    if (this.#transport.unwritten === 0) this.#waitingWrites = 0;
    this.#waitingWrites += 1;
    this.#transport.write(batch.chunks);
    batch.release(this.#transport.unwritten === 0);
  }
}
