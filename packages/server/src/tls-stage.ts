/** TLS for accepted sockets: a tls.Server that does not listen, and does all the rest. */

import type { Socket } from 'node:net';
import type { SecureContextOptions, Server as TlsServer } from 'node:tls';
import { createServer as createTlsServer } from 'node:tls';
import { OptionsError } from '@systole/core';
import { socketBelow } from '@systole/core/internal';
import type { SocketConfig } from '@systole/core/node';
import type { TlsServerOptions } from './tls-options.ts';
import { findTlsProblems } from './tls-options.ts';
import { TlsTransport } from './tls-transport.ts';

/** The longest that setTimeout takes: our own deadline comes first. */
const NEVER_MS = 2 ** 31 - 1;

/** See the head of the file. */
export class TlsStage {
  #options: TlsServerOptions;
  readonly #server: TlsServer;
  /** By the accepted socket, as Node tells of the TLSSocket upon it only when all is over. */
  readonly #securing = new WeakMap<Socket, TlsTransport>();

  /** The options have been checked. */
  constructor(options: TlsServerOptions) {
    this.#options = options;
    this.#server = createTlsServer({
      ...options,
      handshakeTimeout: NEVER_MS,
      // Node would destroy the socket without a word, or even an alert: we look at the certificate when HELLO has come.
      rejectUnauthorized: false,
    });
    this.#server.on('secureConnection', (socket) => this.#securing.get(socketBelow(socket))?.handleSecure(socket));
    this.#server.on('tlsClientError', (error, socket) => this.#securing.get(socketBelow(socket))?.handleFailure(error));
  }

  /** Whether a peer without a valid certificate is to be refused. */
  get requiresCertificate(): boolean {
    return this.#options.requestCert === true && this.#options.rejectUnauthorized !== false;
  }

  /** Begins TLS on an accepted socket. */
  secure(raw: Socket, config: SocketConfig): TlsTransport {
    const transport = new TlsTransport(raw, config);
    this.#securing.set(raw, transport);
    // As long as TLS is not established, FIN is the end; and a tls.Server tells of it only where it may end the socket.
    raw.allowHalfOpen = false;
    this.#server.emit('connection', raw);
    return transport;
  }

  /** @throws OptionsError, and goes on with what there was. */
  setSecureContext(options: SecureContextOptions): void {
    const renewed = { ...this.#options, ...options };
    const problems = findTlsProblems(renewed);
    if (problems.length > 0) throw new OptionsError(problems);
    this.#options = renewed;
    this.#server.setSecureContext(renewed);
  }
}
