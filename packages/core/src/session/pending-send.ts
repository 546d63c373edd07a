/** A message of the user's, from the queue to its outcome. Classes and no closures, as a busy sender makes tens of thousands a second. */

import type { Parcel } from '../machines/parcels.ts';
import type { Codec } from '../words/codec.ts';
import { NotHandledError, SystoleError } from '../words/errors.ts';

/** Whom a {@link PendingSend} belongs to. */
export interface PendingSendHost {
  readonly codec: Codec;
}

/** One call of `send`. */
export class PendingSend implements Parcel {
  payload: Uint8Array;
  /** Stops looking at signal and timeout, where there is one. */
  stopWaiting: (() => void) | undefined;
  readonly #host: PendingSendHost;
  /** The one of a promise's two functions that is enough, as messages may wait in their thousands: a rejected promise rejects it. */
  #resolve: ((value: unknown) => void) | undefined;

  constructor(host: PendingSendHost, payload: Uint8Array, resolve: (value: unknown) => void) {
    this.#host = host;
    this.payload = payload;
    this.#resolve = resolve;
  }

  handled(value: Uint8Array | undefined): void {
    this.stopWaiting?.();
    if (value === undefined) return this.#settle(undefined);
    try {
      this.#settle(this.#host.codec.decode(value));
    } catch (cause) {
      const text = 'the message was handled, but the codec could not decode its result';
      this.failed(new SystoleError('ERR_DECODE', text, { cause }));
    }
  }

  refused(code: string, text: string): void {
    this.failed(new NotHandledError(code, text));
  }

  failed(error: Error): void {
    this.stopWaiting?.();
    // A second rejected promise would be nobody's to handle, and end the process.
    if (this.#resolve !== undefined) this.#settle(Promise.reject(error));
  }

  #settle(outcome: unknown): void {
    this.#resolve?.(outcome);
    this.#resolve = undefined;
  }
}

/** One call of `post`: nobody waits for its outcome. */
export class PostedMessage implements Parcel {
  payload: Uint8Array;

  constructor(payload: Uint8Array) {
    this.payload = payload;
  }

  handled(): void {}
  refused(): void {}
  failed(): void {}
}
