/**
 * A WebSocket of the library `ws`, at either end, watched by ping frames.
 *
 * @module @systole/watch/ws
 */

import type { Buffer } from 'node:buffer';
import type { Readable } from 'node:stream';
import type { ReadyOptions, Watch } from '../api.ts';
import { StreamWatch } from '../stream-watch.ts';
import { withProbe } from './with-probe.ts';

type OnPong = (payload: Buffer) => void;

/** What is used of a `WebSocket` of `ws`. */
export interface PingingWebSocket {
  /** Sends a ping frame. */
  ping(payload: string, mask: undefined, done: (error?: Error | null) => void): void;
  /** Hears the pongs. */
  on(event: 'pong', listener: (payload: Buffer) => void): unknown;
  /** Hears no more. */
  off(event: 'pong', listener: (payload: Buffer) => void): unknown;
}

/** The HTTP message that made the WebSocket, which knows its socket: at the server the request, at the client the response. */
export interface Upgrade {
  /** What carries the WebSocket. */
  readonly socket: Readable;
}

/**
 * Watches a WebSocket until it ends. A probe is a ping frame, which the peer's library answers by itself, as that of a browser
 * does; bytes are counted on the raw socket, also under TLS and permessage-deflate. A verdict destroys the socket, as
 * `terminate()` does: 'close' follows, with 1006. While `ws` reads no more, as the application is too slow or has called
 * `pause()`, the verdict is frozen (L5).
 *
 * A goodbye of the peer is told as `eof`, as its FIN; what it said is in the WebSocket's own 'close'.
 *
 * @example
 * server.on('connection', (ws, request) => watchWebSocket(ws, request));
 * client.on('upgrade', (response) => watchWebSocket(client, response));
 *
 * @throws OptionsError that lists every problem; SystoleError with `ERR_SOCKET` for a WebSocket that has ended, or is watched already.
 */
export function watchWebSocket(ws: PingingWebSocket, { socket }: Upgrade, options: ReadyOptions = {}): Watch {
  const pings = new Pings(ws);
  const watch = new StreamWatch(withProbe(options, () => pings.ping())).takeOnly(() => socket);
  const onPong: OnPong = (payload) => pings.handlePong(payload.toString());
  ws.on('pong', onPong);
  return watch.onStop(() => ws.off('pong', onPong));
}

/** Pings that wait for their pongs. */
class Pings {
  readonly #ws: PingingWebSocket;
  /** By payload, oldest first. */
  readonly #unanswered = new Map<string, () => void>();
  #last = 0;

  constructor(ws: PingingWebSocket) {
    this.#ws = ws;
  }

  /** Resolves at the pong; rejects if the WebSocket is not open, or is gone before the ping is written. */
  ping(): Promise<void> {
    this.#last += 1;
    const payload = `${this.#last}`;
    return new Promise((resolve, reject) => {
      this.#ws.ping(payload, undefined, (error) => {
        if (error !== undefined && error !== null) reject(error);
      });
      this.#unanswered.set(payload, resolve);
    });
  }

  /** Not every ping is answered: the peer may answer the newest of several only (RFC 6455, 5.5.3). */
  handlePong(payload: string): void {
    const resolve = this.#unanswered.get(payload);
    if (resolve === undefined) return; // it is somebody else's, or was sent unasked
    for (const older of this.#unanswered.keys()) {
      this.#unanswered.delete(older);
      if (older === payload) break;
    }
    resolve();
  }
}
