/** Messages on their way out: queued, sent, settled. One connection's numbers; no I/O. */

import { ProtocolError } from '../words/errors.ts';
import type { AckFrame, DataFrame, ResultFrame } from '../words/frame.ts';

/** A message that its sender waits for. */
export interface Parcel {
  readonly payload: Uint8Array;
  /** The peer's application is done with it. */
  readonly handled: (value: Uint8Array | undefined) => void;
  /** It refused it, or failed on it. */
  readonly refused: (code: string, text: string) => void;
  /** It was handed back, for this reason. */
  readonly failed: (error: Error) => void;
}

/** What became of the messages of a connection that is gone. */
export interface Leftovers {
  /** Sent, and never answered: handled or not, nobody here knows. */
  readonly inDoubt: readonly Parcel[];
  /** Never sent. */
  readonly unsent: readonly Parcel[];
}

/** The sending side of delivery. Numbers are given when a message is sent, so that one given up before leaves no gap. */
export class Outbox {
  #unsent: Parcel[] = [];
  /** Sent and unsettled, by number; a Map keeps them in order. */
  #sent = new Map<number, Parcel>();
  #lastSent = 0;
  #queuedBytes = 0;

  /** Messages that are not settled yet. */
  get size(): number {
    return this.#unsent.length + this.#sent.size;
  }

  /** Messages that are sent, and not answered yet. */
  get unanswered(): number {
    return this.#sent.size;
  }

  /** Bytes of the payloads of all. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /** Takes a message on. */
  add(parcel: Parcel): void {
    this.#unsent.push(parcel);
    this.#queuedBytes += parcel.payload.length;
  }

  /** Gives a message up if it has not been sent; true if so. */
  withdraw(parcel: Parcel): boolean {
    const index = this.#unsent.indexOf(parcel);
    if (index < 0) return false;
    this.#unsent.splice(index, 1);
    this.#queuedBytes -= parcel.payload.length;
    return true;
  }

  /** The payload that {@link next} would send. */
  peek(): Parcel | undefined {
    return this.#unsent[0];
  }

  /** The next message to send. */
  next(): DataFrame | undefined {
    const parcel = this.#unsent.shift();
    if (parcel === undefined) return undefined;
    this.#lastSent += 1;
    this.#sent.set(this.#lastSent, parcel);
    return { type: 'data', number: this.#lastSent, payload: parcel.payload };
  }

  /** @throws ProtocolError if it answers a message that was never sent. */
  handleResult(frame: ResultFrame): void {
    this.#mustBeSent(frame.number);
    const parcel = this.#settle(frame.number);
    // Answered twice, or covered by an ACK that came first: the sender has its answer.
    if (parcel === undefined) return;
    if (frame.ok) parcel.handled(frame.value);
    else parcel.refused(frame.code, frame.text);
  }

  /** @throws ProtocolError if it acknowledges messages that were never sent. */
  handleAck({ received, handled }: AckFrame): void {
    this.#mustBeSent(received);
    for (const number of this.#sent.keys()) {
      if (number > handled) return;
      this.#settle(number)?.handled(undefined);
    }
  }

  /** Empties itself: the connection is gone, and the next one numbers from 1. */
  clear(): Leftovers {
    const leftovers = { inDoubt: [...this.#sent.values()], unsent: this.#unsent };
    this.#sent.clear();
    this.#lastSent = 0;
    this.#unsent = [];
    this.#queuedBytes = 0;
    return leftovers;
  }

  /** The peer takes no message above this number: hands those back, which are certainly unhandled, and keeps the rest. */
  limit(lastAccepted: number): readonly Parcel[] {
    const handedBack: Parcel[] = [];
    for (const number of [...this.#sent.keys()]) {
      const parcel = number > lastAccepted ? this.#settle(number) : undefined;
      if (parcel !== undefined) handedBack.push(parcel);
    }
    for (const parcel of this.#unsent) this.#queuedBytes -= parcel.payload.length;
    handedBack.push(...this.#unsent);
    this.#unsent = [];
    return handedBack;
  }

  #settle(number: number): Parcel | undefined {
    const parcel = this.#sent.get(number);
    if (parcel === undefined) return undefined;
    this.#sent.delete(number);
    this.#queuedBytes -= parcel.payload.length;
    return parcel;
  }

  #mustBeSent(number: number): void {
    if (number > this.#lastSent) {
      throw new ProtocolError(`an answer to message ${number}, where ${this.#lastSent} was the last one sent`);
    }
  }
}
