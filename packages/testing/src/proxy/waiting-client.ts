/** A client that came while the path was gone: what it says is kept, and whether it is still there is known. */

import type { Socket } from 'node:net';
import { setImmediate } from 'node:timers';

/** What is kept of its bytes. With more, its kernel keeps them, and it counts as being there. */
const MAX_KEPT_BYTES = 64 * 2 ** 10;

/** Reads a socket without using up what it says. */
export class WaitingClient {
  readonly #socket: Socket;
  readonly #handleGone: () => void;
  readonly #take: (chunk: Uint8Array) => void = (chunk) => this.#handleData(chunk);
  #kept: Uint8Array[] = [];
  #keptBytes = 0;

  /** `handleGone` is called when the client ends its stream: it cannot have been connected yet, so it has given up. */
  constructor(socket: Socket, handleGone: () => void) {
    this.#socket = socket;
    this.#handleGone = handleGone;
    socket.on('data', this.#take).once('end', handleGone).resume();
  }

  /**
   * Calls back once a whole turn of the event loop has brought nothing more of the client: if it had given up before
   * this was called, and its FIN or RST is here, `handleGone` or the socket has told so by then.
   */
  whenQuiet(callback: () => void): void {
    const seen = this.#keptBytes;
    // The first one may come before the next poll, the second one comes after it.
    setImmediate(() => {
      setImmediate(() => (this.#keptBytes === seen ? callback() : this.whenQuiet(callback)));
    });
  }

  /** Gives the socket back, with all that came, unread. */
  leave(): void {
    this.#socket.off('data', this.#take).off('end', this.#handleGone).pause();
    for (const chunk of this.#kept.reverse()) this.#socket.unshift(chunk);
    this.#kept = [];
  }

  #handleData(chunk: Uint8Array): void {
    this.#kept.push(chunk);
    this.#keptBytes += chunk.length;
    if (this.#keptBytes >= MAX_KEPT_BYTES) this.#socket.pause();
  }
}
