/** What a user sees of a server: its events, its methods, its snapshot. */

import type { Socket } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import type { Cause, Evidence, Session, Stall, TypedEvents } from '@systole/core';
import type { ListenTarget, ServerAddress, TcpAddress, TcpTarget, UnixAddress, UnixTarget } from './address.ts';
import type { AttachOptions, CloseOptions, ServerLimits } from './options.ts';

/** A connection that did not become a session. */
export interface RejectedEvent {
  /** The peer's, such as `10.0.0.7:51234`. */
  readonly address: string;
  /** Why: `rejected`, `not-our-protocol`, `handshake-timeout` and others. */
  readonly cause: Cause;
  /** What the cause rests on. */
  readonly evidence: Evidence;
}

/** A session that waited to be resumed has been ended, because more wait than may: the one that waited longest. */
export interface EvictedEvent {
  /** Its `end` follows at once. */
  readonly session: Session;
  /** Which limit was passed: `maxParkedSessions`, `maxParkedBytes` or `maxParkedPerIdentity`. */
  readonly bound: 'sessions' | 'bytes' | 'identity';
}

/** The events of a server. */
export interface ServerEvents {
  /**
   * A peer has introduced itself and was accepted; told once for each session, in the turn of its `connect` and just before
   * it. So whoever awaits `next('session')` comes too late to wait for `connect`: the session is connected.
   */
  readonly session: Session;
  /** A connection was turned away; told once for each. */
  readonly rejected: RejectedEvent;
  /** A session that waited to be resumed was ended for want of room. */
  readonly evicted: EvictedEvent;
  /** Our own process did not run for a while, longer than a quarter of the interval: nobody was judged for it. */
  readonly stall: Stall;
}

/** A server at one moment. */
export interface ServerSnapshot {
  /** Where it listens; undefined while it does not. */
  readonly address: ServerAddress | undefined;
  /** `idle` before it listens: sockets can be attached. `closing` until the last session is gone. */
  readonly state: 'idle' | 'listening' | 'closing' | 'closed';
  /** Sessions that have a connection. */
  readonly sessions: number;
  /** Sessions whose connection is lost, and which may be resumed. */
  readonly parked: number;
  /** Connections that are in the handshake: a balancer's header, TLS, HELLO, `authenticate`. */
  readonly arrivals: number;
  /** Connections that were let in since the server was made, as new sessions or to go on with one. */
  readonly accepted: number;
  /** Connections that have not: one `rejected` was told for each. */
  readonly rejected: number;
  /** What it takes at one time, as configured. */
  readonly limits: ServerLimits;
}

/** Accepts sockets and owns sessions. */
export interface Server extends TypedEvents<ServerEvents> {
  /** The sessions that have not ended, those included that wait to be resumed: their state is `waiting`. */
  readonly sessions: ReadonlySet<Session>;
  /** Where it listens; undefined while it does not. */
  readonly address: ServerAddress | undefined;
  /**
   * Listens; resolves once it does. A socket file that a killed process has left is removed first; one at which somebody
   * listens is not. Rejects with `ERR_LISTEN`, whose `cause` is the system's error (ENOTSUP where `reusePort` is none of Node's or the
   * kernel's words), `ERR_CLOSED` or `ERR_OPTIONS`.
   */
  listen(target: TcpTarget): Promise<TcpAddress>;
  listen(target: UnixTarget): Promise<UnixAddress>;
  listen(target: ListenTarget): Promise<ServerAddress>;
  /**
   * Puts the full protocol on a socket of `node:net` or `node:tls` that somebody else has accepted; it belongs to the server
   * from now on, and counts against its limits. The server need not listen. Whether the peer's certificate is good enough
   * is for whoever accepted the socket, and for `authenticate`; so is a balancer's header, which is not looked for.
   *
   * @throws SystoleError with `ERR_SOCKET` that says what is wrong with the socket, or `ERR_CLOSED` after `close()`; OptionsError.
   */
  attach(socket: Socket, options?: AttachOptions): void;
  /**
   * Renews certificates without a restart: what is given replaces its namesake in the option `tls`, for connections from now on.
   *
   * @throws OptionsError if TLS cannot use them, or the server was made without `tls`. Nothing was changed then.
   */
  setSecureContext(options: SecureContextOptions): void;
  /**
   * Stops listening, says goodbye to every session so that clients look for another server or come back later, and resolves
   * when all are gone. Called again, it can only shorten the drain. Rejects with `ERR_OPTIONS`.
   */
  close(options?: CloseOptions): Promise<void>;
  /** A plain snapshot. */
  inspect(): ServerSnapshot;
  [Symbol.asyncDispose](): Promise<void>;
}
