/** Messages on their way out: queued, sent, received by the peer, settled. The numbers are the session's; no I/O. */

import { MESSAGE_COST } from '../rules/cost.ts';
import { MAX_FRAGMENT_BYTES } from '../rules/limits.ts';
import { ProtocolError } from '../words/errors.ts';
import type { AckFrame, DataFrame, ResultFrame } from '../words/frame.ts';
import { Assembly, partOf } from './assembly.ts';
import type { Parcel } from './parcels.ts';
import { Parcels } from './parcels.ts';

/** What a peer can take. */
export interface PeerCapacity {
  /** The largest message, or value of a result, in bytes. */
  readonly maxMessageBytes: number;
  /** The cost of DATA that it takes on this connection to begin with. */
  readonly credit: number;
}

/**
 * The sending side of delivery. It holds what is not settled, in order. A message gets its number when its last part is
 * sent, so that one which is given up before leaves no gap, and what the peer turned out not to have can be sent again.
 */
export class Outbox {
  readonly #parcels = new Parcels();
  /** All messages up to this one have their outcome; the first of the parcels is the next. */
  #settled = 0;
  /** The last message that the peer is known to have. */
  #received = 0;
  /** The last message that was sent whole. */
  #sent = 0;
  /** How many bytes of the one behind it were sent. */
  #offset = 0;

  // Of the current connection.
  #used = 0;
  #limit = 0;
  #maxMessageBytes = Number.POSITIVE_INFINITY;
  /** The value of the first unsettled message, in parts. */
  #value: Assembly | undefined;
  readonly #maxValueBytes: number;

  /** `maxValueBytes`: the largest value of a result that is taken. */
  constructor(maxValueBytes: number) {
    this.#maxValueBytes = maxValueBytes;
  }

  /** Messages that are not settled yet. */
  get size(): number {
    return this.#parcels.size;
  }

  /** Messages that are sent, and not settled yet. */
  get unanswered(): number {
    return this.#sent - this.#settled;
  }

  /** Whether there is a message that has not been sent whole. */
  get hasUnsent(): boolean {
    return this.#parcels.size > this.unanswered;
  }

  /** Whether the peer is known to have the first message that is not settled. */
  get hasArrived(): boolean {
    return this.#received > this.#settled;
  }

  /** Bytes of all payloads that the peer is not known to have. */
  get queuedBytes(): number {
    return this.#parcels.byteCount;
  }

  /** All messages up to this one have their outcome. */
  get settled(): number {
    return this.#settled;
  }

  /** Bytes that are here of a value that is not whole. */
  get valueBytes(): number {
    return this.#value?.byteCount ?? 0;
  }

  /** The largest message that the peer takes, as far as is known. */
  get maxMessageBytes(): number {
    return this.#maxMessageBytes;
  }

  /** What the peer still takes, in cost. */
  get credit(): number {
    return this.#limit - this.#used;
  }

  /** Takes a message on. */
  add(parcel: Parcel): void {
    this.#parcels.push(parcel);
  }

  /** Gives a message up of which nothing has been sent; true if so. */
  withdraw(parcel: Parcel): boolean {
    const firstWhole = this.unanswered + (this.#offset > 0 ? 1 : 0);
    const index = this.#parcels.indexOf(parcel, firstWhole);
    if (index < 0) return false;
    this.#parcels.take(index);
    return true;
  }

  /** The first message behind those sent that is larger than the peer takes. It is removed. */
  nextTooLarge(): Parcel | undefined {
    let index = this.unanswered;
    let parcel = this.#parcels.at(index);
    while (parcel !== undefined && parcel.payload.length <= this.#maxMessageBytes) {
      index += 1;
      parcel = this.#parcels.at(index);
    }
    return this.#parcels.take(index);
  }

  /** The next part to send, if there is one for which there is credit (W5). */
  next(): DataFrame | undefined {
    const parcel = this.#parcels.at(this.unanswered);
    if (parcel === undefined) return undefined;
    const begin = this.#offset;
    const end = Math.min(begin + MAX_FRAGMENT_BYTES, parcel.payload.length);
    const cost = end - begin + (begin === 0 ? MESSAGE_COST : 0);
    if (cost > this.credit) return undefined;
    this.#used += cost;
    const number = this.#sent + 1;
    const isLast = end === parcel.payload.length;
    this.#offset = isLast ? 0 : end;
    if (isLast) this.#sent = number;
    const isWhole = begin === 0 && isLast;
    return {
      type: 'data',
      number,
      part: partOf(begin === 0, isLast),
      payload: isWhole ? parcel.payload : parcel.payload.subarray(begin, end),
    };
  }

  /** @throws ProtocolError if it answers a message that was never sent, or has been answered, or its value is in disorder. */
  handleResult(frame: ResultFrame): void {
    const { number } = frame;
    if (number <= this.#settled) throw new ProtocolError(`RESULT for message ${number}, which has its outcome`);
    this.#mustBeSent('RESULT', number);
    if (this.#value !== undefined && (number !== this.#settled + 1 || !frame.ok)) {
      throw new ProtocolError(`RESULT for message ${number} inside the value for ${this.#settled + 1}`);
    }
    // Messages are handled in order: all before are, and had no value.
    this.#settleUpTo(number - 1);
    if (!frame.ok) return this.#settle()?.refused(frame.code, frame.text);
    this.#value ??= new Assembly('RESULT', this.#maxValueBytes);
    const value = this.#value.add(frame.part, frame.value);
    if (value === undefined) return;
    this.#value = undefined;
    this.#settle()?.handled(value);
  }

  /** @throws ProtocolError if it acknowledges messages that were never sent, or goes back. */
  handleAck({ received, handled, limit }: AckFrame): void {
    this.#mustBeSent('ACK', received);
    mustNotGoBack('received', received, this.#received);
    mustNotGoBack('handled', handled, this.#settled);
    mustNotGoBack('limit', limit, this.#limit);
    if (this.#value !== undefined && handled > this.#settled) {
      throw new ProtocolError(`ACK has handled ${handled}, and the value for ${this.#settled + 1} is not whole`);
    }
    this.#limit = limit;
    this.#release(received);
    this.#settleUpTo(handled);
  }

  /** Why the session cannot go on at a peer that has all messages up to `received`; undefined if it can. */
  findGap(received: number): string | undefined {
    return received >= this.#received && received <= this.#sent
      ? undefined
      : `received ${received}, where ${this.#received} to ${this.#sent} are possible`;
  }

  /** A connection is open, at whose other end there are all messages up to `received`. What is behind them is sent again. */
  open({ maxMessageBytes, credit }: PeerCapacity, received: number): void {
    this.#parcels.unpack();
    this.#maxMessageBytes = maxMessageBytes;
    this.#limit = credit;
    this.#used = 0;
    this.#release(received);
    this.#unsend(received);
  }

  /** The connection is gone. What was not sent whole was not sent; what there is may have to be kept for long. */
  lose(): void {
    this.#offset = 0;
    this.#value = undefined;
    this.#parcels.pack();
  }

  /**
   * The peer has said goodbye, and takes none above this number: those were not handled, and are as if never sent.
   *
   * @throws ProtocolError if that number was never sent, or has been exceeded.
   */
  handleLastAccepted(number: number): void {
    this.#mustBeSent('CLOSE', number);
    mustNotGoBack('lastAccepted', number, this.#received);
    this.#unsend(number);
  }

  /** The session cannot go on. Gives out those that were sent, and not settled; the others wait for the next session, which begins. */
  restart(): Parcel[] {
    this.#offset = 0;
    this.#value = undefined;
    const inDoubt: Parcel[] = [];
    for (let count = this.unanswered; count > 0; count -= 1) {
      const parcel = this.#parcels.shift();
      if (parcel !== undefined) inDoubt.push(parcel);
    }
    this.#settled = 0;
    this.#received = 0;
    this.#sent = 0;
    return inDoubt;
  }

  /** Gives out those that were not sent. */
  takeUnsent(): Parcel[] {
    this.#offset = 0;
    return this.#parcels.takeBehind(this.unanswered);
  }

  #unsend(lastSent: number): void {
    this.#sent = lastSent;
    this.#offset = 0;
  }

  #release(received: number): void {
    for (let number = this.#received + 1; number <= received; number += 1) {
      this.#parcels.release(number - this.#settled - 1);
    }
    this.#received = Math.max(this.#received, received);
  }

  #settleUpTo(number: number): void {
    while (this.#settled < number) this.#settle()?.handled(undefined);
  }

  #settle(): Parcel | undefined {
    this.#settled += 1;
    this.#received = Math.max(this.#received, this.#settled);
    return this.#parcels.shift();
  }

  #mustBeSent(subject: string, number: number): void {
    if (number > this.#sent) {
      throw new ProtocolError(`${subject} for message ${number}, where ${this.#sent} was the last one sent`);
    }
  }
}

function mustNotGoBack(counter: string, now: number, before: number): void {
  if (now < before) throw new ProtocolError(`${counter} goes back to ${now}, where it was ${before}`);
}
