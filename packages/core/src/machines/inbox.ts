/** Messages on their way in: received, handled one at a time and in order, answered until the peer has the answer. No I/O. */

import { costOf, MESSAGE_COST, UNTOLD_BYTES } from '../rules/cost.ts';
import { MAX_FRAGMENT_BYTES } from '../rules/limits.ts';
import { keptCopies, keptCopy } from '../rules/slab.ts';
import { ProtocolError } from '../words/errors.ts';
import type { DataFrame, Part, ResultFrame } from '../words/frame.ts';
import { Assembly, partOf, takeWhole } from './assembly.ts';
import { Fifo } from './fifo.ts';

/** What the application made of a message. */
export type Outcome =
  /** Done; `value` travels back if there is one. */
  | { readonly ok: true; readonly value: Uint8Array | undefined }
  | { readonly ok: false; readonly code: string; readonly text: string };

/** A message for the handler. */
export interface Received {
  readonly number: number;
  payload: Uint8Array;
  /** Whether nobody else has the memory of the payload. */
  readonly isOwn: boolean;
}

/** An outcome that the peer has to be told, and the number it belongs to. */
type Answer = Outcome & { readonly number: number };

/** How much may be here at one time. */
export interface InboxCapacity {
  /** The largest message, in bytes. */
  readonly maxMessageBytes: number;
  /** The cost of messages that are not handled; and of answers that the peer is not known to have. */
  readonly maxUnhandledBytes: number;
}

/** The receiving side of delivery. */
export class Inbox {
  readonly #capacity: number;
  readonly #maxMessageBytes: number;
  readonly #waiting = new Fifo<Received>();
  /** So many of the last ones may be views of a chunk. */
  #views = 0;
  /** The message of which not all parts are here. */
  #partial: Assembly | undefined;
  /** The answers that the peer is not known to have. */
  readonly #answers = new Fifo<Answer>();
  /** The last message that is here whole. */
  #received = 0;
  #handled = 0;
  /** The peer has the answers to all up to this one. */
  #confirmed = 0;
  /** Of messages that wait, of the partial one, and of the one in the handler. */
  #unhandledCost = 0;
  #answerCost = 0;

  // Of the current connection.
  /** The cost of what has come. */
  #taken = 0;
  /** The cost of what may come. */
  #limit = 0;
  /** The answers that were sent, and how much of the next one. */
  #sentAnswers = 0;
  #offset = 0;
  /** The peer was told that all up to this one are handled. */
  #told = 0;

  /** `granted`: what the peer was told already that it may send on this connection; all, to begin with. */
  constructor({ maxMessageBytes, maxUnhandledBytes }: InboxCapacity, granted: number = maxUnhandledBytes) {
    this.#capacity = maxUnhandledBytes;
    this.#limit = granted;
    this.#maxMessageBytes = maxMessageBytes;
  }

  /** The last message that is here whole: what CLOSE names as accepted. */
  get received(): number {
    return this.#received;
  }

  /** Messages that wait for the handler. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Bytes that it holds, what they cost beside themselves included. */
  get cost(): number {
    return this.#unhandledCost + this.#answerCost;
  }

  /** Whether every message is handled, and the peer told. */
  get isIdle(): boolean {
    return this.#told === this.#received;
  }

  /** The application is done with all up to this one, and their answers are sent. */
  get answered(): number {
    const next = this.#answers.at(this.#sentAnswers);
    return next === undefined ? this.#handled : next.number - 1;
  }

  /** The peer may send DATA of this cost on this connection: it grows as messages are handled. */
  get limit(): number {
    return this.#taken + this.#capacity - this.#unhandledCost;
  }

  /** What of {@link limit} the peer was told. */
  get granted(): number {
    return this.#limit;
  }

  /** @throws ProtocolError if it is not the next one, more than was granted, or too large. */
  handleData({ number, part, payload }: DataFrame): void {
    if (number !== this.#received + 1) {
      throw new ProtocolError(`message ${number}, where ${this.#received + 1} was the next one`);
    }
    const begins = part === 'whole' || part === 'first';
    const cost = payload.length + (begins ? MESSAGE_COST : 0);
    if (this.#taken + cost > this.#limit) {
      throw new ProtocolError(
        `message ${number} exceeds the credit of ${this.#limit} by ${this.#taken + cost - this.#limit}`,
      );
    }
    const whole = this.#partial === undefined ? this.#begin(part, payload) : this.#partial.add(part, payload);
    this.#taken += cost;
    this.#unhandledCost += cost;
    if (whole === undefined) return;
    this.#partial = undefined;
    this.#received = number;
    this.#waiting.push({ number, payload: whole, isOwn: whole !== payload });
    this.#views += 1;
  }

  #begin(part: Part, payload: Uint8Array): Uint8Array | undefined {
    const whole = takeWhole('DATA', part, payload, this.#maxMessageBytes);
    if (whole !== undefined) return whole;
    const partial = new Assembly('DATA', this.#maxMessageBytes);
    const none = partial.add(part, payload);
    this.#partial = partial;
    return none;
  }

  /**
   * The next message for the handler. It must be answered with {@link finish} before the next is taken. None while the peer
   * has too many answers to fetch: nothing grows for ever (D3).
   */
  take(): Received | undefined {
    return this.#answerCost < Math.max(this.#capacity, UNTOLD_BYTES) ? this.#waiting.shift() : undefined;
  }

  /** The chunks are done with: a message that goes on waiting must not keep its chunk in memory. */
  keep(): void {
    const { size } = this.#waiting;
    const views: Received[] = [];
    for (let index = Math.max(size - this.#views, 0); index < size; index += 1) {
      const message = this.#waiting.at(index);
      if (message?.isOwn === false) views.push(message);
    }
    this.#views = 0;
    if (views.length === 0) return;
    const copies = keptCopies(views.map(({ payload }) => payload));
    for (const [index, message] of views.entries()) message.payload = copies[index] as Uint8Array;
  }

  /** The handler is done with the message that was taken. A failed message counts as handled (D2). */
  finish({ number, payload }: Received, outcome: Outcome): void {
    this.#handled = number;
    this.#unhandledCost -= costOf(payload.length);
    if (outcome.ok && outcome.value === undefined) return;
    const answer = { ...this.#keptOutcome(outcome), number };
    this.#answers.push(answer);
    this.#answerCost += costOfAnswer(answer);
  }

  /** Most answers are confirmed soon, and were cut from a slab; of a peer that does not confirm them, further ones must hold none. */
  #keptOutcome(outcome: Outcome): Outcome {
    if (!outcome.ok || outcome.value === undefined || this.#answerCost < UNTOLD_BYTES) return outcome;
    return { ok: true, value: keptCopy(outcome.value) };
  }

  /** The next part of an answer to send. */
  next(): ResultFrame | undefined {
    const answer = this.#answers.at(this.#sentAnswers);
    if (answer === undefined) return undefined;
    const { number } = answer;
    if (!answer.ok) {
      this.#handleAnswerSent(number);
      return { type: 'result', ok: false, number, code: answer.code, text: answer.text };
    }
    const { value = NOTHING } = answer;
    const begin = this.#offset;
    const end = Math.min(begin + MAX_FRAGMENT_BYTES, value.length);
    const isLast = end === value.length;
    if (isLast) this.#handleAnswerSent(number);
    else this.#offset = end;
    const part = partOf(begin === 0, isLast);
    return { type: 'result', ok: true, number, part, value: part === 'whole' ? value : value.subarray(begin, end) };
  }

  #handleAnswerSent(number: number): void {
    this.#offset = 0;
    this.#sentAnswers += 1;
    this.#told = number;
  }

  /** ACK was sent, with {@link answered} and {@link limit}. */
  handleAckSent(): void {
    this.#told = this.answered;
    this.#limit = this.limit;
  }

  /** Whether the peer waits to hear that more is handled. */
  get owesAck(): boolean {
    return this.#told < this.answered;
  }

  /** Whether the peer may send more than it was told. */
  get hasNewLimit(): boolean {
    return this.#limit < this.limit;
  }

  /** Whether the peer has to be told that it may send more: a quarter of all, or because what it has left may not do for the next part. */
  get owesCredit(): boolean {
    if (!this.hasNewLimit) return false;
    const left = this.#limit - this.#taken;
    const maxPartCost = costOf(Math.min(this.#maxMessageBytes, MAX_FRAGMENT_BYTES));
    return left < maxPartCost || this.limit - this.#limit >= this.#capacity / 4;
  }

  /** @throws ProtocolError if the peer claims answers that it was not given, or goes back. */
  handleSettled(settled: number): void {
    if (settled < this.#confirmed) {
      throw new ProtocolError(`settled goes back to ${settled}, where it was ${this.#confirmed}`);
    }
    if (settled > this.#told) {
      throw new ProtocolError(`settled ${settled}, where ${this.#told} was the last one answered`);
    }
    this.#confirm(settled);
  }

  #confirm(settled: number): void {
    this.#confirmed = settled;
    for (
      let answer = this.#answers.at(0);
      answer !== undefined && answer.number <= settled;
      answer = this.#answers.at(0)
    ) {
      this.#answers.shift();
      this.#answerCost -= costOfAnswer(answer);
      if (this.#sentAnswers > 0) this.#sentAnswers -= 1;
    }
  }

  /** The cost of DATA that a connection which begins may carry. */
  grant(): number {
    this.#taken = 0;
    this.#limit = this.limit;
    return this.#limit;
  }

  /** Why the session cannot go on at a peer that has the answers up to `settled`; undefined if it can. */
  findGap(settled: number): string | undefined {
    return settled >= this.#confirmed && settled <= this.#handled
      ? undefined
      : `settled ${settled}, where ${this.#confirmed} to ${this.#handled} are possible`;
  }

  /** A connection is open, at whose other end there are the answers up to `settled`. What is behind them is sent again. */
  open(settled: number): void {
    this.#sentAnswers = 0;
    this.#confirm(settled);
    this.#told = settled;
  }

  /** The connection is gone, and with it what has come of a message that is not whole. */
  lose(): void {
    if (this.#partial !== undefined) this.#unhandledCost -= costOf(this.#partial.byteCount);
    this.#partial = undefined;
    this.#sentAnswers = 0;
    this.#offset = 0;
    this.keep();
  }
}

const NOTHING = new Uint8Array(0);

function costOfAnswer(answer: Answer): number {
  return costOf(answer.ok ? (answer.value?.length ?? 0) : answer.code.length + answer.text.length);
}
