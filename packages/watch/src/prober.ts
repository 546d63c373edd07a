/** Calls the user's probe, and makes out its answers. */

import type { Splitter } from '@systole/core';
import type { Probe, ReplyOptions } from './api.ts';

/** What comes of it. */
export interface ProberListener {
  /** The PING of this number is answered; undefined if nobody can say which, so that it does not measure (Karn's rule). */
  handleReply(number: number | undefined): void;
  /** Of this probe; undefined if of none in particular. */
  handleFailure(error: unknown, attempt: number | undefined): void;
}

/** What was given to know answers by. */
export interface ProberConfig {
  readonly probe: Probe | undefined;
  readonly reply: ReplyOptions | undefined;
  readonly strict: boolean;
}

/** The probes of one stream. */
export class Prober {
  readonly #config: ProberConfig;
  readonly #listener: ProberListener;
  readonly #splitter: Splitter | undefined;
  /** Bytes carry no number: with one PING out, the answer is its. */
  #unanswered = 0;
  #newest = 0;
  #isDeaf = false;

  constructor(config: ProberConfig, listener: ProberListener) {
    this.#config = config;
    this.#listener = listener;
    this.#splitter = config.reply?.framer.splitter();
  }

  /** Whether answers are looked for among the bytes that come. */
  get readsBytes(): boolean {
    return this.#splitter !== undefined;
  }

  /** Probes, if there is a way to. What goes wrong is told, and nothing is thrown. */
  probe(attempt: number, number: number): void {
    const { probe, strict } = this.#config;
    if (probe === undefined) return;
    this.#unanswered += 1;
    this.#newest = number;
    try {
      const answer = probe(attempt);
      if (isThenable(answer)) this.#await(answer, attempt, number);
      else if (strict && !this.readsBytes)
        throw new TypeError('probe must return a promise where strict is set, got none');
    } catch (error) {
      this.#listener.handleFailure(error, attempt);
    }
  }

  /** Bytes have come. */
  handleBytes(chunk: Uint8Array): void {
    const { reply } = this.#config;
    if (this.#splitter === undefined || reply === undefined || this.#isDeaf) return;
    try {
      // It belongs to the owner of the stream, who may write into it when we are done: nothing of it is kept.
      this.#splitter.push(chunk);
      for (let message = this.#splitter.next(); message !== undefined; message = this.#splitter.next()) {
        if (this.#isAnswer(reply, message)) this.#handleMatch();
      }
    } catch (error) {
      this.#isDeaf = true; // where messages end is not known any more
      this.#listener.handleFailure(error, undefined);
    }
  }

  /** A message over which the user's code throws is no answer; the next one may be. */
  #isAnswer({ matches }: ReplyOptions, message: Uint8Array): boolean {
    try {
      return matches(message);
    } catch (error) {
      this.#listener.handleFailure(error, undefined);
      return false;
    }
  }

  #handleMatch(): void {
    const number = this.#unanswered === 1 ? this.#newest : undefined;
    this.#unanswered = 0;
    this.#listener.handleReply(number);
  }

  #await(answer: PromiseLike<unknown>, attempt: number, number: number): void {
    answer.then(
      () => this.#listener.handleReply(number),
      (error: unknown) => this.#listener.handleFailure(error, attempt),
    );
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}
