/** From DATA to the handler and back to its answer. Plumbing between the inbox, the codec and the user. */

import type { Outcome } from '../machines/inbox.ts';
import { Inbox } from '../machines/inbox.ts';
import type { SessionConfig } from '../rules/options.ts';
import type { Codec } from '../words/codec.ts';
import type { AckFrame, DataFrame, ResultFrame } from '../words/frame.ts';
import { rethrowLater } from './emitter.ts';

/** Whom a {@link Receiver} works for. */
export interface ReceiverHost {
  readonly codec: Codec;
  readonly config: SessionConfig;
  /** Runs the user's handler; undefined if there is none. */
  readonly handler: ((message: unknown) => unknown) | undefined;
  /** There is an answer to send. */
  wake(): void;
  /** More messages wait for the handler, or for their results to leave, than may: stop reading, or read again. */
  throttle(paused: boolean): void;
}

/** The receiving half of a session's delivery. */
export class Receiver {
  readonly #host: ReceiverHost;
  /** Of the current connection: numbers begin anew with each. */
  #inbox = new Inbox();
  #maxPayloadBytes = Number.POSITIVE_INFINITY;
  #isHandling = false;
  #isThrottled = false;

  constructor(host: ReceiverHost) {
    this.#host = host;
  }

  /** The last message that came: what our CLOSE names as accepted. */
  get lastAccepted(): number {
    return this.#inbox.received;
  }

  /** Whether every message of this connection is handled, and its answer sent. */
  get isSettled(): boolean {
    return this.#inbox.isIdle;
  }

  /** A connection is open, on which the peer takes payloads of this size. */
  handleOpen(maxPayloadBytes: number): void {
    this.#maxPayloadBytes = maxPayloadBytes;
  }

  /** @throws ProtocolError */
  handleData(frame: DataFrame): void {
    this.#inbox.handleData(frame);
  }

  /** The next answer to send. */
  nextAnswer(): ResultFrame | AckFrame | undefined {
    return this.#inbox.next();
  }

  /** The connection is gone, and nobody waits for the answers. */
  handleLost(): void {
    this.#inbox = new Inbox();
    this.#isThrottled = false;
  }

  /** Hands messages to the handler: one at a time, in order (D1). */
  run(): void {
    // What is still here found no room in this turn: the peer does not read, and must not make us keep more and more.
    const unsent = this.#inbox.results;
    while (!this.#isHandling) {
      const inbox = this.#inbox;
      const frame = inbox.take();
      if (frame === undefined) break;
      this.#isHandling = true;
      this.#handle(frame, (outcome) => {
        this.#isHandling = false;
        // A handler that outlives its connection answers nobody; but only one runs at a time.
        if (inbox === this.#inbox) inbox.finish(frame.number, outcome);
        this.#host.wake();
      });
    }
    this.#throttle(this.#inbox.waiting + unsent);
  }

  #handle(frame: DataFrame, done: (outcome: Outcome) => void): void {
    const outcome = this.#call(frame.payload);
    if (!(outcome instanceof Promise)) return done(outcome);
    outcome
      .then((late) => {
        done(late);
        this.run();
      })
      .catch(rethrowLater);
  }

  #call(payload: Uint8Array): Outcome | Promise<Outcome> {
    const { codec, handler } = this.#host;
    if (handler === undefined) return failure('no-handler', 'the peer has no handler for messages');
    let message: unknown;
    try {
      message = codec.decode(payload);
    } catch (error) {
      return failure('undecodable', textOf(error));
    }
    try {
      const value = handler(message);
      return isThenable(value)
        ? Promise.resolve(value).then(
            (late) => this.#success(late),
            (error: unknown) => failureOf(error),
          )
        : this.#success(value);
    } catch (error) {
      return failureOf(error);
    }
  }

  #success(value: unknown): Outcome {
    if (value === undefined) return { ok: true, value: undefined };
    try {
      const bytes = this.#host.codec.encode(value);
      if (bytes.length <= this.#maxPayloadBytes) return { ok: true, value: bytes };
      return failure(
        'result-too-large',
        `the message was handled, but its result of ${bytes.length} bytes is too large`,
      );
    } catch (error) {
      return failure(
        'unencodable-result',
        `the message was handled, but its result could not be encoded: ${textOf(error)}`,
      );
    }
  }

  #throttle(waiting: number): void {
    const most = this.#host.config.maxUnhandledMessages;
    const paused = this.#isThrottled ? waiting > most / 2 : waiting >= most;
    if (paused === this.#isThrottled) return;
    this.#isThrottled = paused;
    this.#host.throttle(paused);
  }
}

function failure(code: string, text: string): Outcome {
  return { ok: false, code, text };
}

/** What a handler threw, as it travels back: the code of the error, if it has one that is a string, and its message. */
function failureOf(error: unknown): Outcome {
  const code = typeof error === 'object' && error !== null ? (error as { code?: unknown }).code : undefined;
  return failure(typeof code === 'string' ? code : 'failed', textOf(error));
}

/** Total: an error may be anything, and so may its message. */
function textOf(error: unknown): string {
  try {
    return String(error instanceof Error ? error.message : error);
  } catch {
    return 'an error that cannot be shown';
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}
