/** The reception: every accepted socket is an arrival here, until it is admitted as a session or turned away. */

import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Ending, Hello, NamedEnd } from '@systole/core';
import { Connection } from '@systole/core';
import type { SessionParts } from '@systole/core/internal';
import { SocketTransport } from '@systole/core/node';
import type { RejectedEvent } from './api.ts';
import type { ArrivalHost, Way } from './arrival.ts';
import { Arrival } from './arrival.ts';
import type { Authenticate } from './authentication.ts';
import { certificateFlaw } from './certificate.ts';
import type { Seat } from './headcount.ts';
import type { Dismissal, Identified } from './judge.ts';
import { Judge } from './judge.ts';
import type { ServerConfig } from './options.ts';
import type { PeerAddress } from './peer-address.ts';
import { peerAddressOf, writeAddress } from './peer-address.ts';
import { ProxiedTransport } from './proxied-transport.ts';
import { Rejections } from './rejections.ts';
import type { Excess } from './room.ts';
import { Room } from './room.ts';
import type { Guest } from './server-session.ts';
import { ServerSession } from './server-session.ts';
import type { TlsStage } from './tls-stage.ts';
import type { TrustedProxies } from './trusted-proxies.ts';

/** Whom the reception works for. */
export interface ReceptionHost {
  /** The sessions that have a connection; they count against `maxConnections`. */
  readonly connected: number;
  /** Whether the session of this name has a connection now. */
  isAttached(id: string): boolean;
  /** Which session the peer goes on with; undefined if it has to begin a new one. Or why it has to go. */
  find(guest: Guest): ServerSession | Dismissal | undefined;
  /** The peer is welcome: goes on with this session, or makes a new one, of its connection. */
  admit(connection: Connection, guest: Guest, session: ServerSession | undefined): void;
  /** A connection did not become a session. */
  handleRejected(event: RejectedEvent): void;
}

/** Who decides on arrivals beside the config. */
export interface Doorkeepers {
  readonly tls: TlsStage | undefined;
  /** Whose header says where a peer is. */
  readonly proxies: TrustedProxies | undefined;
  readonly authenticate: Authenticate | undefined;
}

/** When a peer is to come back that came to a full server: soon, as places get free, but not all at once. */
const FULL_RETRY = { retryAfterMs: 1_000, spreadMs: 10_000 } as const;

/** Of everybody whom nobody has to judge. */
const ANYBODY: Identified = { identity: undefined, key: undefined };

/** As a health check may go: it has connected, and nothing else was wanted. */
const GONE: NamedEnd = { cause: 'reset', detail: 'the peer had reset the connection before it was accepted' };

/** See the head of the file. */
export class Reception implements ArrivalHost {
  readonly #parts: SessionParts;
  readonly #config: ServerConfig;
  readonly #doorkeepers: Doorkeepers;
  readonly #host: ReceptionHost;
  readonly #arrivals = new Set<Arrival>();
  readonly #room: Room;
  readonly #judge: Judge | undefined;
  readonly #rejections: Rejections;
  #accepted = 0;

  constructor(parts: SessionParts, config: ServerConfig, doorkeepers: Doorkeepers, host: ReceptionHost) {
    this.#parts = parts;
    this.#config = config;
    this.#doorkeepers = doorkeepers;
    this.#host = host;
    this.#room = new Room(config.limits);
    const { authenticate } = doorkeepers;
    this.#judge = authenticate === undefined ? undefined : new Judge(parts, config, authenticate);
    this.#rejections = new Rejections(parts, (event) => host.handleRejected(event));
  }

  /** How many arrivals there are, and how all came out that are none any more. */
  get counts(): { readonly arrivals: number; readonly accepted: number; readonly rejected: number } {
    return { arrivals: this.#arrivals.size, accepted: this.#accepted, rejected: this.#rejections.count };
  }

  /** A socket that our own port has accepted. */
  receive(socket: Socket): void {
    const { tls, proxies } = this.#doorkeepers;
    const origin = peerAddressOf(socket);
    if (origin !== undefined && proxies?.trusts(origin) === true) return this.#awaitHeader(socket, origin);
    if (tls === undefined) return this.adopt(socket);
    const peer = this.#findRoom(socket, origin);
    if (peer === undefined) return;
    const transport = tls.secure(socket, this.#config.socket);
    const { requiresCertificate } = tls;
    this.#enter(peer, this.#room.take(peer), { transport, tlsSocket: () => transport.socket, requiresCertificate });
  }

  /** A socket that needs no TLS of ours, and no header. */
  adopt(socket: Socket): void {
    const peer = this.#findRoom(socket, peerAddressOf(socket));
    if (peer === undefined) return;
    const transport = new SocketTransport(socket, this.#config.socket);
    const tlsSocket = (): TLSSocket | undefined => (socket instanceof TLSSocket ? socket : undefined);
    this.#enter(peer, this.#room.take(peer), { transport, tlsSocket, requiresCertificate: false });
  }

  /** A balancer's socket. It counts for the address that the header tells, and until then for none. */
  #awaitHeader(socket: Socket, balancer: PeerAddress): void {
    const flood = this.#findFlood();
    if (flood !== undefined) return this.#turnAway(socket, writeAddress(balancer), endOf(flood));
    const { tls } = this.#doorkeepers;
    const transport: ProxiedTransport = new ProxiedTransport(socket, this.#config.socket, tls, {
      handleHeader: (source) => this.#locate(arrival, source ?? balancer),
      handleBadHeader: (reason) => {
        const end = { cause: 'protocol-error', code: 'proxyProtocol' } as const;
        arrival.connection.refuse({ code: 'protocol-error', reason }, end);
      },
    });
    const tlsSocket = (): TLSSocket | undefined => transport.tlsSocket;
    const requiresCertificate = tls?.requiresCertificate === true;
    const arrival = this.#enter(balancer, undefined, { transport, tlsSocket, requiresCertificate });
  }

  #locate(arrival: Arrival, peer: PeerAddress): void {
    const crowd = this.#room.findCrowd(peer);
    arrival.locate(writeAddress(peer), crowd === undefined ? this.#room.take(peer) : undefined);
    // Without a word, as elsewhere: it has not shown yet that it speaks our protocol.
    if (crowd !== undefined)
      arrival.connection.refuse({ code: 'rejected', reason: crowd.reason }, { code: crowd.limit });
  }

  /** Turns all away that are still here: the server is closing. */
  dismissAll(): void {
    for (const { connection } of this.#arrivals) connection.destroy('closed-locally', 'the server is closing');
    this.#rejections.finish();
    this.#judge?.finish();
  }

  /** Where its peer is. A socket without room for it is destroyed, and so is one whose peer has gone already: undefined. */
  #findRoom(socket: Socket, peer: PeerAddress | undefined): PeerAddress | undefined {
    if (peer === undefined) return this.#turnAway(socket, 'unknown', GONE, 'debug');
    const excess = this.#findFlood() ?? this.#room.findCrowd(peer);
    return excess === undefined ? peer : this.#turnAway(socket, writeAddress(peer), endOf(excess));
  }

  #findFlood(): Excess | undefined {
    return this.#room.findFlood(this.#arrivals.size, this.#judge?.abandoned ?? 0);
  }

  /** Before it costs more than itself. */
  #turnAway(socket: Socket, address: string, end: NamedEnd, level?: 'debug'): undefined {
    socket.on('error', ignore);
    socket.destroy();
    this.#rejections.tellUnseen(address, end, level);
  }

  #enter(peer: PeerAddress, seat: Seat | undefined, { transport, tlsSocket, requiresCertificate }: Way): Arrival {
    const { clock, codec } = this.#parts;
    const entrance = { address: writeAddress(peer), seat, transport, tlsSocket, requiresCertificate };
    const init = {
      role: 'server',
      config: this.#config.session,
      codecName: codec.name,
      epoch: 0,
      handshakeDeadline: clock.now() + this.#config.session.handshakeTimeoutMs,
    } as const;
    const connect = (owner: Arrival): Connection =>
      new Connection(this.#parts, init, owner, (listener) => {
        transport.attach(listener);
        return transport;
      });
    const arrival = new Arrival(this, entrance, connect);
    this.#arrivals.add(arrival);
    return arrival;
  }

  // What arrivals tell.

  welcome(arrival: Arrival, hello: Hello): void {
    if (this.#refuseByCertificate(arrival)) return;
    // Whoever comes back to a session that still has a connection takes the place of that. Whether it may, is seen later.
    const mayReplace = this.#findFull(arrival) !== undefined && this.#host.isAttached(hello.session);
    if (!mayReplace && this.#refuseByLimit(arrival)) return;
    if (this.#judge === undefined) this.#admit(arrival, hello, ANYBODY, mayReplace);
    else void this.#judge.judge(arrival, hello).then((found) => this.#heed(arrival, hello, found, mayReplace));
  }

  reject(arrival: Arrival, { cause, evidence }: Ending): void {
    this.#arrivals.delete(arrival);
    const { address, seat, transport } = arrival.entrance;
    // A call of `authenticate` that it has left behind keeps its seat.
    if (this.#judge?.abandon(arrival) !== true) seat?.leave();
    const event = { address, cause, evidence };
    const isHealthCheck = transport.receivedBytes === 0 && (cause === 'eof' || cause === 'reset');
    // That `authenticate` has failed, has been logged by the judge, with the error.
    this.#rejections.tell(event, isHealthCheck || evidence.code === 'authenticate' ? 'debug' : 'warn');
  }

  #refuseByCertificate({ connection, entrance }: Arrival): boolean {
    const socket = entrance.tlsSocket();
    const code = entrance.requiresCertificate && socket !== undefined ? certificateFlaw(socket) : undefined;
    if (code === undefined) return false;
    const reason = `the client's certificate is not accepted: ${code}`;
    connection.refuse({ code: 'rejected', reason }, { cause: 'bad-certificate', code });
    return true;
  }

  /** Whoever takes the place of a session's connection needs none of its own: in all, and at its address if both are there. */
  #findFull({ entrance: { seat } }: Arrival, replaced?: ServerSession): Excess | undefined {
    if (replaced?.isAttached !== true) return this.#room.findFull(this.#host.connected + this.#arrivals.size, seat);
    return this.#room.findFull(0, replaced.seat?.isBeside(seat) === true ? undefined : seat);
  }

  /** Not `rejected`, after which a client would not come back. */
  #refuseByLimit(arrival: Arrival, replaced?: ServerSession): boolean {
    const full = this.#findFull(arrival, replaced);
    if (full === undefined) return false;
    arrival.connection.refuse({ code: 'going-away', reason: full.reason, ...FULL_RETRY }, { code: full.limit });
    return true;
  }

  #heed(arrival: Arrival, hello: Hello, found: Identified | Dismissal, mayReplace: boolean): void {
    if ('close' in found) arrival.connection.refuse(found.close, found.end);
    else this.#admit(arrival, hello, found, mayReplace);
  }

  #admit(arrival: Arrival, hello: Hello, { identity, key }: Identified, mayReplace: boolean): void {
    // Who went away while it was judged has been rejected by then.
    if (!this.#arrivals.has(arrival)) return;
    const { connection, entrance } = arrival;
    const { address, seat } = entrance;
    const guest = { hello, address, seat, identity, key };
    const found = this.#host.find(guest);
    if (found !== undefined && !(found instanceof ServerSession)) return connection.refuse(found.close, found.end);
    if (mayReplace && this.#refuseByLimit(arrival, found)) return;
    this.#arrivals.delete(arrival);
    seat?.settle();
    this.#accepted += 1;
    this.#host.admit(connection, guest, found);
  }
}

function endOf({ limit, reason }: Excess): NamedEnd {
  return { cause: 'rejected', code: limit, detail: reason };
}

function ignore(): void {}
