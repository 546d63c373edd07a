/** From `send` to the outcome of its promise. Plumbing between the user, the codec and the outbox. */

import { Outbox } from '../machines/outbox.ts';
import type { SessionConfig } from '../rules/options.ts';
import { checkOptions, waitEntries } from '../rules/options.ts';
import type { Clock } from '../words/clock.ts';
import type { Codec } from '../words/codec.ts';
import { SystoleError } from '../words/errors.ts';
import type { AckFrame, DataFrame, ResultFrame } from '../words/frame.ts';
import type { SendOptions } from './api.ts';
import { abortedError, limitWait } from './patience.ts';
import type { PendingSendHost } from './pending-send.ts';
import { PendingSend } from './pending-send.ts';

/** Whom a {@link Sender} works for. */
export interface SenderHost {
  readonly clock: Clock;
  readonly codec: Codec;
  readonly config: SessionConfig;
  /** There is something to send. */
  wake(): void;
  /** The queue is empty again after `send` met `ERR_QUEUE_FULL`. */
  drained(): void;
}

/** The sending half of a session's delivery. */
export class Sender implements PendingSendHost {
  readonly #host: SenderHost;
  readonly #outbox = new Outbox();
  /** What the peer takes; known from its first handshake on. */
  #maxPayloadBytes = Number.POSITIVE_INFINITY;
  /** Whether there is a connection whose peer takes messages. */
  #maySend = false;
  #wasFull = false;

  constructor(host: SenderHost) {
    this.#host = host;
  }

  get queuedMessages(): number {
    return this.#outbox.size;
  }

  get queuedBytes(): number {
    return this.#outbox.queuedBytes;
  }

  /** Whether everything that can be sent on this connection has been, and was answered. */
  get isSettled(): boolean {
    const toSend = this.#maySend && this.#outbox.peek() !== undefined;
    return this.#outbox.unanswered === 0 && !toSend;
  }

  /** A connection is open, on which the peer takes payloads of this size. */
  handleOpen(maxPayloadBytes: number): void {
    this.#maxPayloadBytes = maxPayloadBytes;
    this.#maySend = true;
  }

  send(message: unknown, options?: SendOptions): Promise<unknown> {
    try {
      if (options !== undefined) checkOptions(waitEntries, options);
    } catch (error) {
      return Promise.reject(error);
    }
    const { signal } = options ?? {};
    if (signal?.aborted === true) return Promise.reject(abortedError('result', signal));
    let payload: Uint8Array;
    try {
      payload = this.#host.codec.encode(message);
    } catch (cause) {
      return Promise.reject(new SystoleError('ERR_ENCODE', 'the codec could not encode the message', { cause }));
    }
    const refusal = this.#refusal(payload);
    return refusal === undefined ? this.#post(payload, options) : Promise.reject(refusal);
  }

  #refusal({ length }: Uint8Array): SystoleError | undefined {
    const { maxQueuedMessages, maxQueuedBytes } = this.#host.config;
    if (length > Math.min(this.#maxPayloadBytes, maxQueuedBytes)) return this.#tooLarge(length);
    if (this.#outbox.size < maxQueuedMessages && this.#outbox.queuedBytes + length <= maxQueuedBytes) return undefined;
    this.#wasFull = true;
    const waiting = `${this.#outbox.size} messages of ${this.#outbox.queuedBytes} bytes wait for their results`;
    return new SystoleError('ERR_QUEUE_FULL', `${waiting}; at most ${maxQueuedMessages} of ${maxQueuedBytes} may`);
  }

  #tooLarge(length: number): SystoleError {
    const most = Math.min(this.#maxPayloadBytes, this.#host.config.maxQueuedBytes);
    return new SystoleError('ERR_TOO_LARGE', `a message must be at most ${most} bytes, got ${length}`);
  }

  #post(payload: Uint8Array, options: SendOptions | undefined): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const pending = new PendingSend(this, payload, resolve, reject);
      if (options !== undefined) {
        pending.stopWaiting = limitWait(this.#host.clock, 'result', options, (error) => {
          this.#outbox.withdraw(pending);
          pending.failed(error);
        });
      }
      this.#outbox.add(pending);
      this.#host.wake();
    });
  }

  get codec(): Codec {
    return this.#host.codec;
  }

  /** A message has its outcome. */
  handleSettled(): void {
    if (!this.#wasFull || this.#outbox.size > 0) return;
    this.#wasFull = false;
    // Not in the midst of a received chunk: listeners run when everything is consistent.
    queueMicrotask(() => this.#host.drained());
  }

  /** @throws ProtocolError */
  handleAnswer(frame: ResultFrame | AckFrame): void {
    if (frame.type === 'result') this.#outbox.handleResult(frame);
    else this.#outbox.handleAck(frame);
  }

  /** The next message to send. */
  nextMessage(): DataFrame | undefined {
    if (!this.#maySend) return undefined;
    for (let parcel = this.#outbox.peek(); parcel !== undefined; parcel = this.#outbox.peek()) {
      const { length } = parcel.payload;
      if (length <= this.#maxPayloadBytes) return this.#outbox.next();
      // Queued before a connection told how much the peer takes.
      this.#outbox.withdraw(parcel);
      parcel.failed(this.#tooLarge(length));
    }
    return undefined;
  }

  /** We have said goodbye, and may send no more on this connection: what has not been sent waits for the next one. */
  handleFarewell(): void {
    this.#maySend = false;
  }

  /**
   * The peer has said goodbye, and handles no message above this number. Those certainly were not handled: they wait for
   * the next connection, if there can be one, and are handed back otherwise.
   */
  handleGoodbye(lastAccepted: number, endsSession: boolean): void {
    this.#maySend = false;
    for (const parcel of this.#outbox.limit(lastAccepted)) {
      if (endsSession) parcel.failed(closed('the peer has said goodbye'));
      else this.#outbox.add(parcel);
    }
  }

  /** The connection is gone. Messages that were never sent wait for the next one. */
  handleLost(): void {
    this.#maySend = false;
    const { inDoubt, unsent } = this.#outbox.clear();
    for (const parcel of unsent) this.#outbox.add(parcel);
    for (const parcel of inDoubt) parcel.failed(inDoubtError());
  }

  /** The session is over. */
  handleEnd(reason: string): void {
    for (const parcel of this.#outbox.limit(0)) parcel.failed(closed(reason));
  }
}

function closed(reason: string): SystoleError {
  return new SystoleError('ERR_CLOSED', `the message was not handled: ${reason}`);
}

function inDoubtError(): SystoleError {
  return new SystoleError(
    'ERR_IN_DOUBT',
    'the connection was lost before the result came: handled or not, nobody here knows',
  );
}
