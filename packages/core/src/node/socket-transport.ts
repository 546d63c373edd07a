/** A socket of Node as a transport. */

import type { Socket } from 'node:net';
import process from 'node:process';
import type { Transport, TransportError, TransportListener } from '../words/transport.ts';
import { setKernelKeepalive } from './kernel-keepalive.ts';
import { receivedBytes, socketBelow } from './socket-below.ts';
import type { SocketConfig } from './socket-options.ts';
import { DEFAULT_SOCKET_CONFIG } from './socket-options.ts';

/** Where the shared listeners below find whom to tell: no closure a connection. */
const LISTENER = Symbol('systole.listener');

interface ListenedSocket extends Socket {
  [LISTENER]?: TransportListener | undefined;
}

/** Written behind a queue in order to learn when the queue is gone. */
const NOTHING = new Uint8Array(0);

/**
 * The transport over a TCP, TLS or Unix socket, which is connected and has `allowHalfOpen`. It owns the socket from now on.
 *
 * It reads from {@link attach} on. While it is paused, what comes waits in the kernel, apart from the one read and the
 * `readableHighWaterMark` that Node takes in ahead.
 */
export class SocketTransport implements Transport {
  readonly #socket: ListenedSocket;
  /** Where the bytes of TLS are counted, records whole or not. */
  readonly #below: Socket;
  readonly #mayGuard: boolean;
  #isAwaitingDrain = false;

  constructor(socket: Socket, { noDelay, kernelKeepalive }: SocketConfig = DEFAULT_SOCKET_CONFIG) {
    this.#socket = socket;
    this.#below = socketBelow(socket);
    this.#mayGuard = kernelKeepalive;
    this.#below.setNoDelay(noDelay);
    // From the first moment to the last: an 'error' that nobody hears would end the process.
    socket.on('error', onError);
    socket.on('close', onClose);
  }

  /**
   * Tells this listener from now on, and no other; nothing before this call has returned. A socket that is destroyed
   * already is told as closed.
   */
  attach(listener: TransportListener): void {
    const socket = this.#socket;
    if (socket[LISTENER] === undefined) {
      socket.on('data', onData);
      socket.on('end', onEnd);
    }
    socket[LISTENER] = listener;
    socket.resume();
    if (socket.destroyed) process.nextTick(tellClosed, socket, failureOf(socket));
    else if (socket.readableEnded) process.nextTick(tellEnd, socket);
  }

  /** Tells nobody any more, and stops reading: the socket is for someone else, who must hear its 'error' events. */
  detach(): void {
    const socket = this.#socket;
    socket[LISTENER] = undefined;
    socket.off('data', onData);
    socket.off('end', onEnd);
    socket.pause();
  }

  write(chunks: readonly Uint8Array[]): void {
    const socket = this.#socket;
    if (!socket.writable) return;
    if (chunks.length > 1) socket.cork();
    for (const chunk of chunks) socket.write(chunk);
    if (chunks.length > 1) socket.uncork();
    if (socket.writableLength > 0) this.#awaitDrain();
  }

  get receivedBytes(): number {
    return receivedBytes(this.#socket);
  }

  get unwritten(): number {
    return this.#socket.writableLength;
  }

  end(): void {
    if (this.#socket.writable) this.#socket.end(() => this.#handleWritten());
  }

  destroy(): void {
    this.#socket.destroy();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  guard(silenceMs: number): void {
    if (this.#mayGuard) setKernelKeepalive(this.#below, silenceMs);
  }

  /**
   * Node's own 'drain' comes only after a queue above the high-water mark, and not after `end()`. The callback of a
   * write always comes; so we write nothing, with a callback, and only where the kernel has not taken everything at
   * once.
   */
  #awaitDrain(): void {
    if (this.#isAwaitingDrain) return;
    this.#isAwaitingDrain = true;
    this.#socket.write(NOTHING, () => this.#handleWritten());
  }

  #handleWritten(): void {
    const socket = this.#socket;
    if (socket.destroyed || !this.#isAwaitingDrain) return;
    if (socket.writableLength === 0) {
      this.#isAwaitingDrain = false;
      socket[LISTENER]?.handleDrained();
    } else if (socket.writable) {
      this.#isAwaitingDrain = false;
      this.#awaitDrain(); // more was written meanwhile
    }
    // Otherwise end() has been called, and calls back when the last byte and the FIN are out.
  }
}

/** Whether a transport tells of this socket: a second one would take its listener away. */
export function isAttached(socket: Socket): boolean {
  return (socket as ListenedSocket)[LISTENER] !== undefined;
}

function onData(this: ListenedSocket, chunk: Uint8Array): void {
  // Node goes on emitting what it has read ahead, also when it is destroyed: late events touch nothing (L9).
  if (!this.destroyed) this[LISTENER]?.handleBytes(chunk);
}

function onEnd(this: ListenedSocket): void {
  tellEnd(this);
}

/**
 * 'close' follows, but only in the next phase of the loop. The error is told now, so that an RST found in a poll phase
 * is known to the verdict that has waited for that phase.
 */
function onError(this: ListenedSocket, error: Error): void {
  this.destroy();
  tellClosed(this, error);
}

function onClose(this: ListenedSocket): void {
  tellClosed(this, null); // with an error, it was told by onError
}

function tellEnd(socket: ListenedSocket): void {
  if (!socket.destroyed) socket[LISTENER]?.handleEnd();
}

/** Once: whoever was told is forgotten. */
function tellClosed(socket: ListenedSocket, error: Error | null): void {
  const listener = socket[LISTENER];
  socket[LISTENER] = undefined;
  if (error === null) listener?.handleClosed();
  else listener?.handleClosed(describeError(error));
}

/** What has ended a destroyed socket. Newer Nodes keep ECANCELED for the writes that somebody's own destroy() has ended. */
function failureOf({ errored }: Socket): Error | null {
  return errored !== null && describeError(errored).code === 'ECANCELED' ? null : errored;
}

function describeError({ code, syscall }: NodeJS.ErrnoException): TransportError {
  return { code, syscall };
}
