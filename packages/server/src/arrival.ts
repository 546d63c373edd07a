/** A connection that was accepted, and is not a session yet. */

import type { TLSSocket } from 'node:tls';
import type { Connection, ConnectionOwner, Ending, Hello } from '@systole/core';
import type { SocketTransport } from '@systole/core/node';
import type { Seat } from './headcount.ts';
import type { ProxiedTransport } from './proxied-transport.ts';
import type { TlsTransport } from './tls-transport.ts';

/** What becomes of an arrival. */
export interface ArrivalHost {
  /** It has introduced itself: accept or refuse it. */
  welcome(arrival: Arrival, hello: Hello): void;
  /** It went away, or was turned away, before it became a session. */
  reject(arrival: Arrival, ending: Ending): void;
}

/** What an arrival is spoken with over. */
export interface Way {
  readonly transport: SocketTransport | TlsTransport | ProxiedTransport;
  /** The TLS socket, once TLS is established; undefined without TLS. */
  readonly tlsSocket: () => TLSSocket | undefined;
  /** Whether it has to show a valid certificate. */
  readonly requiresCertificate: boolean;
}

/** How an arrival came in. */
export interface Entrance extends Way {
  /** Such as `10.0.0.7:51234`: a balancer's, until its header has come. */
  readonly address: string;
  /** Where it counts for its address; undefined if it has none, or a balancer has yet to tell it. */
  readonly seat: Seat | undefined;
}

/** Owns a connection until a session does. */
export class Arrival implements ConnectionOwner {
  readonly connection: Connection;
  #entrance: Entrance;
  readonly #host: ArrivalHost;

  /** `connect` makes the connection of this owner. */
  constructor(host: ArrivalHost, entrance: Entrance, connect: (owner: Arrival) => Connection) {
    this.#host = host;
    this.#entrance = entrance;
    this.connection = connect(this);
  }

  get entrance(): Entrance {
    return this.#entrance;
  }

  /** A balancer has said for whom it comes. */
  locate(address: string, seat: Seat | undefined): void {
    const { transport, tlsSocket, requiresCertificate } = this.#entrance;
    this.#entrance = { address, seat, transport, tlsSocket, requiresCertificate };
  }

  handleHello(hello: Hello): void {
    this.#host.welcome(this, hello);
  }

  handleEnd(ending: Ending): void {
    this.#host.reject(this, ending);
  }

  // A connection without a session has nothing of the following to tell.
  establish(): void {}
  handleOpen(): void {}
  handleFrame(): void {}
  handlePong(): void {}
  handleGoodbye(): void {}
  handleTiding(): void {}
  handleTurnEnd(): void {}
  pong(): undefined {}
  nextFrame(): undefined {}
}
