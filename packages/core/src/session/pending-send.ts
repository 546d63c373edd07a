/** One call of `send`, from the queue to its outcome. A class and no closures, as a busy sender makes tens of thousands a second. */

import type { Parcel } from '../machines/outbox.ts';
import type { Codec } from '../words/codec.ts';
import { NotHandledError, SystoleError } from '../words/errors.ts';

/** Whom a {@link PendingSend} belongs to. */
export interface PendingSendHost {
  readonly codec: Codec;
  /** It has its outcome, and is about to tell it. */
  handleSettled(): void;
}

/** See the head of the file. */
export class PendingSend implements Parcel {
  readonly payload: Uint8Array;
  /** Stops looking at signal and timeout, where there is one. */
  stopWaiting: (() => void) | undefined;
  readonly #host: PendingSendHost;
  readonly #resolve: (value: unknown) => void;
  readonly #reject: (error: unknown) => void;

  constructor(
    host: PendingSendHost,
    payload: Uint8Array,
    resolve: (value: unknown) => void,
    reject: (error: unknown) => void,
  ) {
    this.#host = host;
    this.payload = payload;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  handled(value: Uint8Array | undefined): void {
    this.#settle();
    if (value === undefined) return this.#resolve(undefined);
    try {
      this.#resolve(this.#host.codec.decode(value));
    } catch (cause) {
      const text = 'the message was handled, but the codec could not decode its result';
      this.#reject(new SystoleError('ERR_DECODE', text, { cause }));
    }
  }

  refused(code: string, text: string): void {
    this.failed(new NotHandledError(code, text));
  }

  failed(error: Error): void {
    this.#settle();
    this.#reject(error);
  }

  #settle(): void {
    this.stopWaiting?.();
    this.#host.handleSettled();
  }
}
