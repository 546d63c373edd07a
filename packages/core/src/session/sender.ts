/** From `send` to the outcome of its promise. Plumbing between the user, the codec and the outbox. */

import { Fifo } from '../machines/fifo.ts';
import type { Outbox } from '../machines/outbox.ts';
import type { Parcel } from '../machines/parcels.ts';
import { checkOptions } from '../rules/checks.ts';
import type { SessionConfig } from '../rules/options.ts';
import { waitEntries } from '../rules/options.ts';
import { lend } from '../rules/stock.ts';
import { textOf } from '../rules/text-of.ts';
import type { Clock } from '../words/clock.ts';
import type { Codec } from '../words/codec.ts';
import { SystoleError } from '../words/errors.ts';
import type { SendOptions } from './api.ts';
import { abortedError, limitWait } from './patience.ts';
import type { PendingSendHost } from './pending-send.ts';
import { PendingSend, PostedMessage } from './pending-send.ts';

/** Whom a {@link Sender} works for. */
export interface SenderHost {
  readonly clock: Clock;
  readonly codec: Codec;
  readonly config: SessionConfig;
  /** Whether nothing will ever be sent any more. */
  readonly isEnded: boolean;
  /** There is something to send. */
  wake(): void;
  /** The queue is empty again after it was full. */
  drained(): void;
}

/** The sending half of a session's delivery. */
export class Sender implements PendingSendHost {
  readonly #host: SenderHost;
  readonly #outbox: Outbox;
  /** Those for which there was no room in the outbox. */
  readonly #waiters = new Fifo<PendingSend>();
  #needsDrain = false;

  constructor(host: SenderHost, outbox: Outbox) {
    this.#host = host;
    this.#outbox = outbox;
  }

  get codec(): Codec {
    return this.#host.codec;
  }

  /** Messages without an outcome. */
  get queuedMessages(): number {
    return this.#outbox.size + this.#waiters.size;
  }

  get queuedBytes(): number {
    return this.#outbox.queuedBytes;
  }

  /** Whether calls of `send` wait for room. */
  get hasWaiters(): boolean {
    return this.#waiters.size > 0;
  }

  /** Whether there is room for one more. */
  get isWritable(): boolean {
    const { maxQueuedMessages, maxQueuedBytes } = this.#host.config;
    const { size, queuedBytes } = this.#outbox;
    return this.#waiters.size === 0 && size < maxQueuedMessages && queuedBytes < maxQueuedBytes;
  }

  send(message: unknown, options?: SendOptions): Promise<unknown> {
    try {
      if (options !== undefined) checkOptions(waitEntries, options);
      if (options?.signal?.aborted === true) throw abortedError('result', options.signal);
      const payload = this.#encode(message);
      const mayWait = this.#waiters.size < this.#host.config.maxWaiters;
      if (!mayWait && !this.#hasRoomFor(payload)) throw this.#full();
      return this.#enqueue(payload, options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Sends, and tells nobody what became of it. @throws SystoleError */
  post(message: unknown): boolean {
    const payload = this.#encode(message);
    if (!this.#hasRoomFor(payload)) throw this.#full();
    this.#add(new PostedMessage(payload));
    return this.isWritable;
  }

  #encode(message: unknown): Uint8Array {
    let payload: Uint8Array;
    try {
      payload = this.#host.codec.encode(message, lend);
    } catch (cause) {
      throw new SystoleError('ERR_ENCODE', `the codec could not encode the message: ${textOf(cause)}`, { cause });
    }
    // A codec runs the user's code, such as a getter of the message: nobody would hand back what is queued behind the end.
    if (this.#host.isEnded) throw closed('the session has ended while it was encoded');
    if (payload.length > this.#maxBytes) throw this.#tooLarge(payload);
    return payload;
  }

  get #maxBytes(): number {
    return Math.min(this.#outbox.maxMessageBytes, this.#host.config.maxQueuedBytes);
  }

  #tooLarge({ length }: Uint8Array): SystoleError {
    const whose = this.#maxBytes < this.#outbox.maxMessageBytes ? 'our maxQueuedBytes' : 'maxMessageBytes of the peer';
    const text = `a message must be at most ${this.#maxBytes} bytes, which is ${whose}, got ${length}`;
    return new SystoleError('ERR_TOO_LARGE', text);
  }

  #hasRoomFor({ length }: Uint8Array): boolean {
    return this.isWritable && this.#outbox.queuedBytes + length <= this.#host.config.maxQueuedBytes;
  }

  #full(): SystoleError {
    this.#needsDrain = true;
    const { maxQueuedMessages, maxQueuedBytes, maxWaiters } = this.#host.config;
    const waiting = `${this.#outbox.size} messages of ${this.#outbox.queuedBytes} bytes wait for their results`;
    const most = `at most ${maxQueuedMessages} of ${maxQueuedBytes} may, and ${maxWaiters} more for room`;
    return new SystoleError('ERR_QUEUE_FULL', `${waiting}; ${most}`);
  }

  #enqueue(payload: Uint8Array, options: SendOptions | undefined): Promise<unknown> {
    return new Promise((resolve) => {
      const pending = new PendingSend(this, payload, resolve);
      if (options !== undefined) {
        pending.stopWaiting = limitWait(this.#host.clock, 'result', options, (error) => this.#giveUp(pending, error));
      }
      if (this.#hasRoomFor(payload)) this.#add(pending);
      else this.#waiters.push(pending);
      if (!this.isWritable) this.#needsDrain = true;
    });
  }

  #add(parcel: Parcel): void {
    this.#outbox.add(parcel);
    if (!this.isWritable) this.#needsDrain = true;
    this.#host.wake();
  }

  #giveUp(pending: PendingSend, error: Error): void {
    const index = this.#waiters.indexOf(pending);
    if (index >= 0) this.#waiters.removeAt(index);
    else this.#outbox.withdraw(pending);
    pending.failed(error);
    this.handleRoom();
    // A goodbye may have waited for it.
    this.#host.wake();
  }

  /** Messages have left the outbox: those that waited for room go in, and listeners are told when none is left. */
  handleRoom(): void {
    for (let waiter = this.#waiters.at(0); waiter !== undefined && this.#admits(waiter); waiter = this.#waiters.at(0)) {
      this.#waiters.shift();
      this.#add(waiter);
    }
    if (!this.#needsDrain || this.queuedMessages > 0) return;
    this.#needsDrain = false;
    // Not in the midst of a received chunk: listeners run when everything is consistent.
    queueMicrotask(() => this.#host.drained());
  }

  #admits({ payload }: PendingSend): boolean {
    const { maxQueuedMessages, maxQueuedBytes } = this.#host.config;
    return this.#outbox.size < maxQueuedMessages && this.#outbox.queuedBytes + payload.length <= maxQueuedBytes;
  }

  /** A connection is open, and with it known how much the peer takes: what was queued before may be too large. */
  refuseTooLarge(): void {
    for (let parcel = this.#outbox.nextTooLarge(); parcel !== undefined; parcel = this.#outbox.nextTooLarge()) {
      parcel.failed(this.#tooLarge(parcel.payload));
    }
    for (const waiter of this.#waiters.takeAll()) {
      if (waiter.payload.length <= this.#maxBytes) this.#waiters.push(waiter);
      else waiter.failed(this.#tooLarge(waiter.payload));
    }
  }

  /** What has not been sent never will be. */
  handBackUnsent(reason: string): void {
    for (const parcel of this.#outbox.takeUnsent()) parcel.failed(closed(reason));
    for (const waiter of this.#waiters.takeAll()) waiter.failed(closed(reason));
  }

  /** These were sent, and their outcome will never be known. */
  handBackInDoubt(parcels: readonly Parcel[]): void {
    for (const parcel of parcels) parcel.failed(inDoubt());
    this.handleRoom();
  }
}

function closed(reason: string): SystoleError {
  return new SystoleError('ERR_CLOSED', `the message was not handled: ${reason}`);
}

function inDoubt(): SystoleError {
  const text = 'the session was lost before the result came: handled or not, nobody here knows';
  return new SystoleError('ERR_IN_DOUBT', text);
}
