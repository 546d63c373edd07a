/** From DATA to the handler and back to its answer. Plumbing between the inbox, the codec and the user. */

import type { Exchange } from '../machines/exchange.ts';
import type { Inbox, Outcome, Received } from '../machines/inbox.ts';
import { cutText } from '../rules/cut-text.ts';
import { MAX_CODE_BYTES, MAX_TEXT_BYTES } from '../rules/limits.ts';
import type { SessionConfig } from '../rules/options.ts';
import { textOf } from '../rules/text-of.ts';
import type { Codec } from '../words/codec.ts';
import { rethrowLater } from './emitter.ts';
import type { HandlerLogHost } from './handler-log.ts';
import { HandlerLog } from './handler-log.ts';

/** Whom a {@link Receiver} works for. */
export interface ReceiverHost extends HandlerLogHost {
  readonly codec: Codec;
  readonly config: SessionConfig;
  readonly hasHandler: boolean;
  /** Runs the user's handler. Throws and returns what it does. */
  handle(message: unknown): unknown;
  /** There is an answer to send. */
  wake(): void;
}

/** What most handlers return. */
const DONE: Outcome = { ok: true, value: undefined };

/** The receiving half of a session's delivery. */
export class Receiver {
  readonly #host: ReceiverHost;
  readonly #exchange: Exchange;
  readonly #log: HandlerLog;
  #isHandling = false;

  constructor(host: ReceiverHost, exchange: Exchange) {
    this.#host = host;
    this.#exchange = exchange;
    this.#log = new HandlerLog(host);
  }

  /** Hands messages to the handler: one at a time, in order (D1). */
  run(): void {
    while (!this.#isHandling) {
      const { inbox } = this.#exchange;
      const message = inbox.take();
      if (message === undefined) return;
      this.#isHandling = true;
      const outcome = this.#call(message);
      if (outcome instanceof Promise) this.#await(outcome, message, inbox);
      else this.#finish(outcome, message, inbox);
    }
  }

  #await(outcome: Promise<Outcome>, message: Received, inbox: Inbox): void {
    outcome
      .then((late) => {
        this.#finish(late, message, inbox);
        this.run();
      })
      .catch(rethrowLater);
  }

  #finish(outcome: Outcome, message: Received, inbox: Inbox): void {
    this.#isHandling = false;
    // A handler that outlives its session answers nobody; but only one runs at a time.
    if (inbox === this.#exchange.inbox) inbox.finish(message, outcome);
    this.#host.wake();
  }

  #call({ payload, isOwn }: Received): Outcome | Promise<Outcome> {
    const host = this.#host;
    if (!host.hasHandler) return this.#failure('no-handler', 'the peer has no handler for messages');
    let message: unknown;
    try {
      message = host.codec.decode(payload, isOwn);
    } catch (error) {
      return this.#failure('undecodable', textOf(error), error);
    }
    try {
      const value = host.handle(message);
      return isThenable(value)
        ? Promise.resolve(value).then(
            (late) => this.#success(late),
            (error: unknown) => this.#failureOf(error),
          )
        : this.#success(value);
    } catch (error) {
      return this.#failureOf(error);
    }
  }

  #success(value: unknown): Outcome {
    if (value === undefined) return DONE;
    try {
      const bytes = this.#host.codec.encode(value);
      if (bytes.length <= this.#exchange.outbox.maxMessageBytes) return { ok: true, value: bytes };
      return this.#failure(
        'result-too-large',
        `the message was handled, but its result of ${bytes.length} bytes is too large`,
      );
    } catch (error) {
      return this.#failure(
        'unencodable-result',
        `the message was handled, but its result could not be encoded: ${textOf(error)}`,
        error,
      );
    }
  }

  /** What a handler threw, as it travels back: the code of the error, if it has one that is a string, and its message. */
  #failureOf(error: unknown): Outcome {
    return this.#failure(codeOf(error), textOf(error), error);
  }

  /** It is kept until the peer has it, so it is cut here as it will be on its way; here it is logged whole. */
  #failure(code: string, text: string, err: unknown = text): Outcome {
    this.#log.add({ code, err });
    return { ok: false, code: cutText(code, MAX_CODE_BYTES), text: cutText(text, MAX_TEXT_BYTES) };
  }

  /** The session is over. */
  handleEnd(): void {
    this.#log.finish();
  }
}

/** Total: what is thrown may be anything, and so may its properties. */
function codeOf(error: unknown): string {
  try {
    const code = typeof error === 'object' && error !== null ? (error as { code?: unknown }).code : undefined;
    return typeof code === 'string' ? code : 'failed';
  } catch {
    return 'failed';
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}
