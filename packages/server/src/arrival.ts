/** A connection that has been accepted by the kernel, and has not introduced itself yet. */

import type { ConnectionOwner, Ending, Hello } from '@systole/core';

/** What becomes of an arrival. */
export interface ArrivalHost {
  /** It has introduced itself: accept or refuse it. */
  welcome(arrival: Arrival, hello: Hello): void;
  /** It went away, or was turned away, before it became a session. */
  reject(arrival: Arrival, ending: Ending): void;
}

/** Owns a connection until a session does. */
export class Arrival implements ConnectionOwner {
  readonly address: string;
  readonly #host: ArrivalHost;

  constructor(host: ArrivalHost, address: string) {
    this.#host = host;
    this.address = address;
  }

  handleHello(hello: Hello): void {
    this.#host.welcome(this, hello);
  }

  handleEnd(ending: Ending): void {
    this.#host.reject(this, ending);
  }

  // A connection without a session has nothing of the following to tell.
  handleOpen(): void {}
  handleFrame(): void {}
  handleGoodbye(): void {}
  handleTiding(): void {}
  handleTurnEnd(): void {}
  nextFrame(): undefined {}
}
