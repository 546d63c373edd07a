/** Two exchanges, two byte streams between them, and a journal of what both applications have seen. */

import type { DeliveryFrame } from '../../src/machines/exchange.ts';
import { Exchange } from '../../src/machines/exchange.ts';
import type { InboxCapacity } from '../../src/machines/inbox.ts';
import type { Parcel } from '../../src/machines/parcels.ts';
import { encodeFrame } from '../../src/rules/frame-codec.ts';

/** Which end. */
type EndIndex = 0 | 1;

/** What can happen. */
export type Step =
  | { readonly type: 'send'; readonly end: EndIndex; readonly bytes: number }
  | { readonly type: 'turn'; readonly end: EndIndex; readonly takesPayload: boolean }
  /** So many frames come. */
  | { readonly type: 'deliver'; readonly end: EndIndex; readonly count: number }
  | { readonly type: 'handle'; readonly end: EndIndex }
  /** The connection is lost with all that is on its way, and another one is open. */
  | { readonly type: 'lose' };

/** The messages of one end: how many it has sent, and which of them have their outcome, and were handled, in order. */
export interface Journal {
  readonly sent: number;
  readonly outcomes: readonly number[];
  readonly peerHandled: readonly number[];
}

class End {
  readonly exchange: Exchange;
  /** On the way to this end. */
  incoming: DeliveryFrame[] = [];
  bytesIn = 0;
  sent = 0;
  readonly outcomes: number[] = [];
  readonly handled: number[] = [];

  constructor(capacity: InboxCapacity) {
    this.exchange = new Exchange(capacity);
  }

  send(bytes: number): void {
    const index = this.sent;
    this.sent += 1;
    const payload = new Uint8Array(bytes + 3);
    new DataView(payload.buffer).setUint32(0, index);
    const { outcomes } = this;
    const parcel: Parcel = {
      payload,
      handled(value) {
        const expected = answerTo(index, bytes + 3);
        if (value?.length !== expected?.length) throw new Error(`message ${index} has got the value of another`);
        outcomes.push(index);
      },
      refused() {},
      failed() {},
    };
    this.exchange.outbox.add(parcel);
  }

  /** The handler is done with the next message, if there is one; true if so. */
  handle(): boolean {
    const message = this.exchange.inbox.take();
    if (message === undefined) return false;
    const { payload } = message;
    const index = new DataView(payload.buffer, payload.byteOffset).getUint32(0);
    this.handled.push(index);
    this.exchange.inbox.finish(message, { ok: true, value: answerTo(index, payload.length) });
    return true;
  }

  receive(count: number): void {
    for (const frame of this.incoming.splice(0, count)) {
      for (const chunk of encodeFrame(frame)) this.bytesIn += chunk.length;
      this.exchange.handleFrame(frame);
    }
  }
}

/** Every third message has no value, every third a small one, every third one of its own size. */
function answerTo(index: number, bytes: number): Uint8Array | undefined {
  return index % 3 === 0 ? undefined : new Uint8Array(index % 3 === 1 ? index : bytes);
}

/** See the head of the file. */
export class ExchangePair {
  readonly #ends: readonly [End, End];
  readonly #maxMessageBytes: number;

  constructor(capacity: InboxCapacity) {
    this.#ends = [new End(capacity), new End(capacity)];
    this.#maxMessageBytes = capacity.maxMessageBytes;
    this.#connect();
  }

  get journals(): Journal[] {
    const [one, other] = this.#ends;
    return [
      { sent: one.sent, outcomes: one.outcomes, peerHandled: other.handled },
      { sent: other.sent, outcomes: other.outcomes, peerHandled: one.handled },
    ];
  }

  take(step: Step): void {
    if (step.type === 'lose') return this.#lose();
    const end = this.#ends[step.end];
    const peer = this.#ends[step.end === 0 ? 1 : 0];
    if (step.type === 'send') end.send(Math.min(step.bytes, this.#maxMessageBytes - 3));
    else if (step.type === 'turn') turn(end, peer, step.takesPayload);
    else if (step.type === 'deliver') end.receive(step.count);
    else end.handle();
  }

  /** Until nothing happens any more: nobody sends, everybody handles, no connection is lost. */
  finish(): void {
    const [one, other] = this.#ends;
    for (let isBusy = true; isBusy; ) {
      turn(one, other, true);
      turn(other, one, true);
      isBusy = one.incoming.length + other.incoming.length > 0;
      for (const end of this.#ends) {
        end.receive(Number.POSITIVE_INFINITY);
        while (end.handle()) isBusy = true;
      }
    }
  }

  #lose(): void {
    for (const end of this.#ends) {
      end.exchange.lose();
      end.incoming = [];
      end.bytesIn = 0;
    }
    this.#connect();
  }

  #connect(): void {
    const [one, other] = this.#ends.map(({ exchange }) => ({
      exchange,
      peer: exchange.counters,
      capacity: { maxMessageBytes: this.#maxMessageBytes, credit: exchange.inbox.grant() },
    })) as [Introduced, Introduced];
    for (const [end, { peer, capacity }] of [[one, other] as const, [other, one] as const]) {
      const gap = end.exchange.findGap(peer);
      if (gap !== undefined) throw new Error(gap);
      end.exchange.open(capacity, peer);
    }
  }
}

/** An end whose HELLO or WELCOME the other has. */
interface Introduced {
  readonly exchange: Exchange;
  readonly peer: Exchange['counters'];
  readonly capacity: { readonly maxMessageBytes: number; readonly credit: number };
}

function turn({ exchange, bytesIn }: End, peer: End, takesPayload: boolean): void {
  let isLeaving = false;
  const next = (): DeliveryFrame | undefined => exchange.next({ bytesIn, takesPayload, isLeaving });
  for (let frame = next(); frame !== undefined; frame = next()) {
    isLeaving = true;
    peer.incoming.push(frame);
  }
}
