/** The messages of an outbox, first in, first out, and the memory of their payloads. What their numbers are, and who has which, is the outbox's. */

import { giveBack } from '../rules/stock.ts';
import { Bale } from './bale.ts';
import { Fifo } from './fifo.ts';

/** A message that its sender waits for. */
export interface Parcel {
  /** Let go of when the peer has it. */
  payload: Uint8Array;
  /** The peer's application is done with it. */
  readonly handled: (value: Uint8Array | undefined) => void;
  /** It refused it, or failed on it. */
  readonly refused: (code: string, text: string) => void;
  /** It was handed back, for this reason. */
  readonly failed: (error: Error) => void;
}

const NOTHING = new Uint8Array(0);

/** See the head of the file. */
export class Parcels {
  readonly #queue = new Fifo<Parcel>();
  /** The payloads of the first ones, while they are packed. */
  #bale: Bale | undefined;
  #byteCount = 0;

  get size(): number {
    return this.#queue.size;
  }

  /** Bytes of all payloads that may have to be sent, perhaps again. */
  get byteCount(): number {
    return this.#byteCount;
  }

  push(parcel: Parcel): void {
    this.#queue.push(parcel);
    this.#byteCount += parcel.payload.length;
  }

  /** The parcel that so many others are in front of. */
  at(index: number): Parcel | undefined {
    return this.#queue.at(index);
  }

  /** The first one, which nobody will send any more. */
  shift(): Parcel | undefined {
    this.unpack();
    const parcel = this.#queue.shift();
    if (parcel !== undefined) this.#letGo(parcel);
    return parcel;
  }

  /** Where it is, or -1; looked for from `from` on. */
  indexOf(parcel: Parcel, from: number): number {
    return this.#queue.indexOf(parcel, from);
  }

  /** Gives out the one that so many others are in front of, with its payload. */
  take(index: number): Parcel | undefined {
    this.unpack();
    const parcel = this.#queue.at(index);
    if (parcel === undefined) return undefined;
    this.#queue.removeAt(index);
    this.#byteCount -= parcel.payload.length;
    return parcel;
  }

  /** Gives out those behind so many others, with their payloads. */
  takeBehind(count: number): Parcel[] {
    this.unpack();
    const all = this.#queue.takeAll();
    const taken = all.splice(count);
    for (const parcel of all) this.#queue.push(parcel);
    for (const { payload } of taken) this.#byteCount -= payload.length;
    return taken;
  }

  /** The peer has this one: it goes on waiting for its outcome, and will never be sent again. */
  release(index: number): void {
    const parcel = this.#queue.at(index);
    if (parcel !== undefined) this.#letGo(parcel);
  }

  #letGo(parcel: Parcel): void {
    this.#byteCount -= parcel.payload.length;
    giveBack(parcel.payload);
    parcel.payload = NOTHING;
  }

  /** They may have to be kept for long: all payloads move together, until {@link unpack}. */
  pack(): void {
    this.unpack();
    if (this.#queue.size === 0) return;
    const parcels = [...this.#queue];
    this.#bale = new Bale(parcels.map(({ payload }) => payload));
    for (const parcel of parcels) {
      giveBack(parcel.payload);
      parcel.payload = NOTHING;
    }
  }

  /** Each has its payload again. */
  unpack(): void {
    const bale = this.#bale;
    if (bale === undefined) return;
    this.#bale = undefined;
    for (let index = 0; index < bale.size; index += 1) {
      const parcel = this.#queue.at(index);
      if (parcel !== undefined) parcel.payload = bale.at(index);
    }
  }
}
