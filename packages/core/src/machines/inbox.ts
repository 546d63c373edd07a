/** Messages on their way in: received, handled one at a time and in order, answered. One connection's numbers; no I/O. */

import { ProtocolError } from '../words/errors.ts';
import type { AckFrame, DataFrame, ResultFrame } from '../words/frame.ts';

/** What the application made of a message. */
export type Outcome =
  /** Done; `value` travels back if there is one. */
  | { readonly ok: true; readonly value: Uint8Array | undefined }
  | { readonly ok: false; readonly code: string; readonly text: string };

/** The receiving side of delivery. */
export class Inbox {
  #waiting: DataFrame[] = [];
  #results: ResultFrame[] = [];
  #received = 0;
  #handled = 0;
  #acked = 0;

  /** The last message that was received: what CLOSE names as accepted. */
  get received(): number {
    return this.#received;
  }

  /** Messages that wait for the handler. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Results that wait to be sent. */
  get results(): number {
    return this.#results.length;
  }

  /** Whether every message is handled and every answer given out. */
  get isIdle(): boolean {
    return this.#acked === this.#received; // an ACK goes behind all results
  }

  /** @throws ProtocolError if the number is not the next one. */
  handleData(frame: DataFrame): void {
    if (frame.number !== this.#received + 1) {
      throw new ProtocolError(`message ${frame.number}, where ${this.#received + 1} was the next one`);
    }
    this.#received += 1;
    this.#waiting.push(frame);
  }

  /** The next message for the handler. It must be answered with {@link finish} before the next is taken. */
  take(): DataFrame | undefined {
    return this.#waiting.shift();
  }

  /** The handler is done with the message that was taken. A failed message counts as handled (D2). */
  finish(number: number, outcome: Outcome): void {
    this.#handled = number;
    if (!outcome.ok) this.#results.push({ type: 'result', number, ok: false, code: outcome.code, text: outcome.text });
    else if (outcome.value !== undefined)
      this.#results.push({ type: 'result', number, ok: true, value: outcome.value });
  }

  /** The next answer to send: results first, then one ACK for everything, because a result precedes the ACK that covers it (D2). */
  next(): ResultFrame | AckFrame | undefined {
    const result = this.#results.shift();
    if (result !== undefined) return result;
    if (this.#acked === this.#handled) return undefined;
    this.#acked = this.#handled;
    return { type: 'ack', received: this.#received, handled: this.#handled };
  }
}
