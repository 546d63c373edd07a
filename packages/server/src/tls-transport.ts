/** A transport on which TLS is being established, and then the transport of the TLS socket. One connection, and one deadline, covers both (L10). */

import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Transport, TransportListener } from '@systole/core';
import type { SocketConfig } from '@systole/core/node';
import { SocketTransport } from '@systole/core/node';

/** See the head of the file. Nothing is written before something has come through TLS: the client speaks first (W1). */
export class TlsTransport implements Transport {
  readonly #raw: Socket;
  readonly #config: SocketConfig;
  #listener: TransportListener | undefined;
  #socket: TLSSocket | undefined;
  #established: SocketTransport | undefined;

  constructor(raw: Socket, config: SocketConfig) {
    this.#raw = raw;
    this.#config = config;
    raw.on('error', ignore); // the TLS socket upon it tells
  }

  /** The TLS socket; undefined until TLS is established. */
  get socket(): TLSSocket | undefined {
    return this.#socket;
  }

  /** Tells this listener from now on. */
  attach(listener: TransportListener): void {
    this.#listener = listener;
  }

  /** TLS is established. */
  handleSecure(socket: TLSSocket): void {
    const listener = this.#listener;
    if (listener === undefined) return void socket.destroy();
    socket.allowHalfOpen = true;
    this.#socket = socket;
    this.#established = new SocketTransport(socket, this.#config);
    this.#established.attach(listener);
  }

  /** TLS was not established. */
  handleFailure({ code, syscall }: NodeJS.ErrnoException): void {
    const listener = this.#listener;
    this.#listener = undefined;
    // Node's own words for a FIN in the middle of TLS: no system call has failed.
    if (code === 'ECONNRESET' && syscall === undefined) listener?.handleEnd();
    else listener?.handleClosed({ code, syscall });
    this.#raw.destroy();
  }

  write(chunks: readonly Uint8Array[]): void {
    this.#established?.write(chunks);
  }

  get unwritten(): number {
    return this.#established?.unwritten ?? 0;
  }

  get receivedBytes(): number {
    return this.#raw.bytesRead;
  }

  end(): void {
    this.#established?.end();
  }

  destroy(): void {
    this.#listener = undefined;
    if (this.#established === undefined) this.#raw.destroy();
    else this.#established.destroy();
  }

  pause(): void {
    this.#established?.pause();
  }

  resume(): void {
    this.#established?.resume();
  }

  guard(silenceMs: number): void {
    this.#established?.guard(silenceMs);
  }
}

function ignore(): void {}
