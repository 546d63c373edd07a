/** A transport that begins with a balancer's header, and goes on with what is behind it, TLS or not. One connection, and one deadline, covers all (L10). */

import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Transport, TransportError, TransportListener } from '@systole/core';
import type { SocketConfig } from '@systole/core/node';
import { SocketTransport } from '@systole/core/node';
import type { PeerAddress } from './peer-address.ts';
import { ProxyHeaderReader } from './proxy-header.ts';
import type { TlsStage } from './tls-stage.ts';
import { TlsTransport } from './tls-transport.ts';

/** Hears one of the two, once, unless the connection ends before. It may end the connection itself. */
export interface HeaderHost {
  /** The header has come; `source` is for whom the balancer has connected, unless that is itself. */
  handleHeader(source: PeerAddress | undefined): void;
  /** What has come is no header. */
  handleBadHeader(detail: string): void;
}

/** See the head of the file. */
export class ProxiedTransport implements Transport, TransportListener {
  readonly #socket: Socket;
  readonly #config: SocketConfig;
  readonly #tls: TlsStage | undefined;
  /** Until the header is over, as what stands behind it does not live longer. */
  #host: HeaderHost | undefined;
  readonly #plain: SocketTransport;
  #transport: SocketTransport | TlsTransport;
  #listener: TransportListener | undefined;
  #reader: ProxyHeaderReader | undefined = new ProxyHeaderReader();
  #headerBytes = 0;

  constructor(socket: Socket, config: SocketConfig, tls: TlsStage | undefined, host: HeaderHost) {
    this.#socket = socket;
    this.#config = config;
    this.#tls = tls;
    this.#host = host;
    this.#plain = new SocketTransport(socket, config);
    this.#transport = this.#plain;
  }

  /** The TLS socket; undefined until TLS is established. */
  get tlsSocket(): TLSSocket | undefined {
    return this.#transport instanceof TlsTransport ? this.#transport.socket : undefined;
  }

  /** Tells this listener from now on, and of what is behind the header only. */
  attach(listener: TransportListener): void {
    this.#listener = listener;
    this.#plain.attach(this);
  }

  // What the socket tells until the header is over.

  handleBytes(chunk: Uint8Array): void {
    const seen = this.#reader?.push(chunk);
    this.#headerBytes += chunk.length;
    if (seen === undefined || seen.state === 'incomplete') return;
    if (seen.state === 'bad') return this.#host?.handleBadHeader(seen.detail);
    this.#reader = undefined;
    this.#headerBytes = seen.headerBytes;
    this.#host?.handleHeader(seen.source);
    this.#host = undefined;
    const listener = this.#listener;
    if (listener !== undefined) this.#goOn(listener, seen.rest);
  }

  handleEnd(): void {
    const bytes = this.#reader?.buffered ?? 0;
    if (bytes > 0) this.#host?.handleBadHeader(`a PROXY header broke off after ${bytes} bytes`);
    else this.#listener?.handleEnd();
  }

  handleDrained(): void {}

  handleClosed(error?: TransportError): void {
    this.#listener?.handleClosed(error);
  }

  /** Whoever reads on begins with the rest: Node's TLS, too, takes first what the socket below has buffered. */
  #goOn(listener: TransportListener, rest: Uint8Array): void {
    this.#plain.detach();
    if (rest.length > 0) this.#socket.unshift(rest);
    if (this.#tls !== undefined) this.#transport = this.#tls.secure(this.#socket, this.#config);
    this.#transport.attach(listener);
  }

  // What the connection asks for.

  write(chunks: readonly Uint8Array[]): void {
    this.#transport.write(chunks);
  }

  get unwritten(): number {
    return this.#transport.unwritten;
  }

  /** The peer's own: without the header, which is the balancer's. */
  get receivedBytes(): number {
    return Math.max(0, this.#transport.receivedBytes - this.#headerBytes);
  }

  end(): void {
    this.#transport.end();
  }

  destroy(): void {
    this.#listener = undefined;
    this.#transport.destroy();
  }

  pause(): void {
    this.#transport.pause();
  }

  resume(): void {
    this.#transport.resume();
  }

  guard(silenceMs: number): void {
    this.#transport.guard(silenceMs);
  }
}
