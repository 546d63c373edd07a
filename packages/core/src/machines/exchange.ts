/** The two directions of one session's messages, and the order of their frames: what waits, what goes first, what is told when. No I/O. */

import { costOf, UNTOLD_BYTES } from '../rules/cost.ts';
import { ProtocolError } from '../words/errors.ts';
import type { AckFrame, DataFrame, ResultFrame } from '../words/frame.ts';
import type { Work } from './app-watch.ts';
import type { InboxCapacity } from './inbox.ts';
import { Inbox } from './inbox.ts';
import type { PeerCapacity } from './outbox.ts';
import { Outbox } from './outbox.ts';
import type { Parcel } from './parcels.ts';

/** Frames that are the session's affair. */
export type DeliveryFrame = DataFrame | ResultFrame | AckFrame;

/** Where one end of a session stands, as it tells the other in HELLO and WELCOME. */
export interface Counters {
  /** The last message of the other's that it has whole. */
  readonly received: number;
  /** It has the outcome of all its own messages up to this one. */
  readonly settled: number;
}

/** The byte stream that frames leave by. */
export interface Stream {
  /** Bytes read of this connection. */
  readonly bytesIn: number;
  /** Whether DATA and RESULT may be put, which control frames overtake (W5). */
  readonly takesPayload: boolean;
  /** Whether something leaves in this turn that an ACK can ride on. */
  readonly isLeaving: boolean;
}

/** Where a session begins. */
export const NO_COUNTERS: Counters = { received: 0, settled: 0 };

/** See the head of the file. */
export class Exchange {
  readonly outbox: Outbox;
  readonly #capacity: InboxCapacity;
  #inbox: Inbox;
  /** How often the peer's application has shown that it moves. */
  #steps = 0;
  /** What the newest PONG has counted. */
  #counted = 0;

  // Of the current connection.
  /** Whether its peer takes messages. */
  #maySend = false;
  #toldReceived = 0;
  #toldSettled = 0;
  #toldRead = 0;
  /** The cost of results of which the peer does not know that we have them. */
  #untoldResults = 0;

  constructor(capacity: InboxCapacity) {
    this.#capacity = capacity;
    this.outbox = new Outbox(capacity.maxMessageBytes);
    this.#inbox = new Inbox(capacity);
  }

  /** Another one after each {@link restart}. */
  get inbox(): Inbox {
    return this.#inbox;
  }

  get counters(): Counters {
    return { received: this.#inbox.received, settled: this.outbox.settled };
  }

  /** Whether this connection takes messages: it is open, and nobody has said goodbye. */
  get maySend(): boolean {
    return this.#maySend;
  }

  /** What the peer's application owes us. */
  get work(): Work {
    const { unanswered, hasArrived } = this.outbox;
    return { owed: unanswered, steps: this.#steps, hasArrived };
  }

  /** What a PONG says of our application, obeying the rule of ACK; undefined where no message has come. */
  get handled(): number | undefined {
    return this.#inbox.received > 0 ? this.#inbox.answered : undefined;
  }

  /** Whether there is a message that can be sent on this connection, now or when the peer has made room. */
  get hasToSend(): boolean {
    return this.#maySend && this.outbox.hasUnsent;
  }

  /** Whether both ends have the answers that they wait for on this connection. */
  get isSettled(): boolean {
    return this.outbox.unanswered === 0 && !this.hasToSend && this.#inbox.isIdle;
  }

  /** Why the session cannot go on at a peer that stands there; undefined if it can. */
  findGap({ received, settled }: Counters): string | undefined {
    return this.outbox.findGap(received) ?? this.#inbox.findGap(settled);
  }

  /** A connection is open, at whose other end the session stands there. What the peer does not have is sent again. */
  open(capacity: PeerCapacity, peer: Counters): void {
    this.outbox.open(capacity, peer.received);
    this.#inbox.open(peer.settled);
    this.#maySend = true;
    this.#toldReceived = this.#inbox.received;
    this.#toldSettled = this.outbox.settled;
    this.#toldRead = 0;
    this.#untoldResults = 0;
  }

  /** The connection is gone. */
  lose(): void {
    this.#maySend = false;
    this.outbox.lose();
    this.#inbox.lose();
  }

  /** The session cannot go on: another one begins. Gives out what was sent and not answered; what was not sent stays. */
  restart(): Parcel[] {
    this.#maySend = false;
    this.#counted = 0;
    // HELLO has granted credit before it was known that the session is another one.
    this.#inbox = new Inbox(this.#capacity, this.#inbox.granted);
    return this.outbox.restart();
  }

  /** We have said goodbye: answers go on, messages do not. */
  handleFarewell(): void {
    this.#maySend = false;
  }

  /**
   * The peer has said goodbye, and takes no message above this number.
   *
   * @throws ProtocolError
   */
  handleGoodbye(lastAccepted: number): void {
    this.#maySend = false;
    this.outbox.handleLastAccepted(lastAccepted);
  }

  /** @throws ProtocolError if the frame contradicts what was said before. */
  handleFrame(frame: DeliveryFrame): void {
    switch (frame.type) {
      case 'data':
        return this.#inbox.handleData(frame);
      case 'result':
        this.#steps += 1;
        return this.#handleResult(frame);
      case 'ack':
        this.#steps += frame.handled > this.outbox.settled ? 1 : 0;
        this.outbox.handleAck(frame);
        return this.#inbox.handleSettled(frame.settled);
    }
  }

  /** A result counts when it is whole: ACK may go in the midst of one, and says nothing of it. */
  #handleResult(frame: ResultFrame): void {
    const byteCount = frame.ok ? this.outbox.valueBytes + frame.value.length : frame.code.length + frame.text.length;
    this.outbox.handleResult(frame);
    if (this.outbox.settled === frame.number) this.#untoldResults += costOf(byteCount);
  }

  /**
   * A PONG has counted what the peer's application is done with. It settles nothing: a result may still be on its way.
   *
   * @throws ProtocolError if that cannot be.
   */
  handleCount(handled: number): void {
    const { settled, unanswered } = this.outbox;
    if (handled < settled || handled > settled + unanswered) {
      const possible = `${settled} to ${settled + unanswered}`;
      throw new ProtocolError(`PONG counts ${handled} as handled, where ${possible} are possible`);
    }
    if (handled > this.#counted) this.#steps += 1;
    this.#counted = handled;
  }

  /**
   * The next frame to send. Answers go before messages, as they set the peer free; ACK goes when somebody waits for it, and
   * otherwise rides on what leaves anyway.
   */
  next(stream: Stream): DeliveryFrame | undefined {
    const result = stream.takesPayload ? this.#inbox.next() : undefined;
    if (result !== undefined) return result;
    if (this.#isAckUrgent(stream)) return this.#ack(stream);
    const data = this.#maySend && stream.takesPayload ? this.outbox.next() : undefined;
    if (data !== undefined) return data;
    return stream.isLeaving && this.#hasNews ? this.#ack(stream) : undefined;
  }

  #isAckUrgent({ bytesIn }: Stream): boolean {
    const { owesAck, owesCredit } = this.#inbox;
    return owesAck || owesCredit || bytesIn - this.#toldRead >= UNTOLD_BYTES || this.#untoldResults >= UNTOLD_BYTES;
  }

  get #hasNews(): boolean {
    return (
      this.#toldReceived < this.#inbox.received || this.#toldSettled < this.outbox.settled || this.#inbox.hasNewLimit
    );
  }

  #ack({ bytesIn }: Stream): AckFrame {
    const { received, answered, limit } = this.#inbox;
    const { settled } = this.outbox;
    this.#inbox.handleAckSent();
    this.#toldReceived = received;
    this.#toldSettled = settled;
    this.#toldRead = bytesIn;
    this.#untoldResults = 0;
    return { type: 'ack', received, handled: answered, settled, read: bytesIn, limit };
  }
}

/** Why a session without messages cannot go on at a peer that stands there; undefined if it can. */
export function findGapOfNew({ received, settled }: Counters): string | undefined {
  if (received === 0 && settled === 0) return undefined;
  return `received ${received} and settled ${settled}, where there were no messages`;
}
