/** What a user sees of a session: its events, its methods, its snapshot. Server and client give out the same. */

import type { Belief } from '../machines/liveness.ts';
import type { Duration } from '../rules/duration.ts';
import type { Keepalive } from '../rules/keepalive.ts';
import type { Rtt } from '../rules/rtt.ts';
import type { Cause, Evidence, Verdict } from '../words/cause.ts';
import type { Health, HealthStatus } from '../words/health.ts';
import type { TypedEvents } from './emitter.ts';

/** A connection is established, handshake included. */
export interface ConnectEvent {
  /** The number of this connection within its session: 1 for the first, and one more each time that it comes back. */
  readonly epoch: number;
  /** Whether it goes on where an earlier connection of this session has ended. If not, what was in doubt has been handed back. */
  readonly resumed: boolean;
  /** How we watch the peer, as negotiated; undefined if we do not. */
  readonly keepalive: Keepalive | undefined;
  /** Our verdict comes at most so many milliseconds after the last evidence; undefined if we do not watch. */
  readonly boundMs: number | undefined;
  /** Whether the peer accepts fewer PINGs than we had wanted to send, so that the bound is higher than configured. */
  readonly raised: boolean;
}

/** The first probe of a silence has gone unanswered for one interval. */
export interface SuspectEvent {
  /** The connection's, as `connect` told it. */
  readonly epoch: number;
  /** Milliseconds since the last evidence. */
  readonly silenceMs: number;
  /** PINGs of this silence so far. */
  readonly probesSent: number;
}

/** Evidence came after `suspect`. */
export interface AliveEvent {
  /** The connection's, as `connect` told it. */
  readonly epoch: number;
  /** How long nothing had come. */
  readonly silenceMs: number;
}

/** The peer's hook `health` has said something: for the first time on this connection, or something else than before. */
export interface HealthEvent {
  /** The connection's, as `connect` told it. */
  readonly epoch: number;
  /** `ok`, `degraded` or `failing`, in the words of the peer. */
  readonly status: HealthStatus;
  /** What it says beside that; undefined for nothing. */
  readonly payload: unknown;
}

/**
 * The peer answers PINGs, and owes us outcomes, of which none has come for `appStallTimeout`: its application stands. Told once,
 * and again when it has moved and stands anew. A verdict only with `judgeAppStall`.
 */
export interface AppStalledEvent {
  /** The connection's, as `connect` told it. */
  readonly epoch: number;
  /** Messages that were sent and have no outcome. */
  readonly owed: number;
  /** Milliseconds since the peer's application has moved, or since the first of them was sent. */
  readonly forMs: number;
}

/** Our own verdict. The `disconnect` of the same epoch follows at once. */
export interface DeadEvent {
  /** The connection's, as `connect` told it. */
  readonly epoch: number;
  /** Which of our verdicts it is: `silent`, `write-stalled`, or `app-stalled` if that was asked for. */
  readonly cause: Verdict;
  /** What it rests on. */
  readonly evidence: Evidence;
}

/** The connection is gone; the only `disconnect` of its epoch. */
export interface DisconnectEvent {
  /** The connection's, as `connect` told it. */
  readonly epoch: number;
  /** Why it is gone. docs/ERRORS.md says what to do about each. */
  readonly cause: Cause;
  /** What the cause rests on. */
  readonly evidence: Evidence;
}

/** Client: the next attempt to connect is `delayMs` away. */
export interface ReconnectingEvent {
  /** 1 for the first attempt after a connection, or after the start, that failed. */
  readonly attempt: number;
  /** Milliseconds until the attempt begins. */
  readonly delayMs: number;
  /** Why the last connection or attempt ended. */
  readonly cause: Cause;
  /** What the cause rests on. */
  readonly evidence: Evidence;
}

/** The session is over. The last event. */
export interface EndEvent {
  /** Why its last connection, or attempt to connect, ended. */
  readonly cause: Cause;
  /** What the cause rests on. */
  readonly evidence: Evidence;
}

/** The events of a session. None of them is `'error'`: what a peer does never ends the process. */
export interface SessionEvents {
  /** A connection is established; the first of its epoch. */
  readonly connect: ConnectEvent;
  /** The first probe of a silence has gone unanswered for an interval. */
  readonly suspect: SuspectEvent;
  /** Evidence has come after `suspect`. */
  readonly alive: AliveEvent;
  /** The peer's application says how it is. */
  readonly health: HealthEvent;
  /** The peer's application does not move, though its process lives. */
  readonly appStalled: AppStalledEvent;
  /** Our verdict; `disconnect` follows at once. */
  readonly dead: DeadEvent;
  /** A connection is gone; the last of its epoch. */
  readonly disconnect: DisconnectEvent;
  /** Client: the next attempt is some time away. */
  readonly reconnecting: ReconnectingEvent;
  /** The send queue is empty again, after it was full. */
  readonly drain: Record<never, never>;
  /** The session is over; the last of all. */
  readonly end: EndEvent;
}

/** The peer as it has introduced itself. */
export interface Peer {
  /** One start of one process: another boot id is another process. */
  readonly boot: string;
  /** What it was given as the option `metadata`; plain data. Empty if nothing. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** Options of {@link Session.send}. */
export interface SendOptions {
  /** Gives the message up, with `ERR_ABORTED`. If it had been sent, the peer may still handle it. Default: none. */
  readonly signal?: AbortSignal;
  /** Gives the message up after so many milliseconds, or `'2s'`, with `ERR_TIMEOUT`. If it had been sent, the peer may still handle it. Default: none. */
  readonly timeout?: Duration;
}

/** Options of {@link Session.verify}. */
export interface VerifyOptions {
  /** Gives the wait up, with `ERR_ABORTED`. Default: none. */
  readonly signal?: AbortSignal;
  /**
   * Gives the wait up after so many milliseconds, or `'2s'`, with `ERR_TIMEOUT`. Default: none where we watch the peer, as the
   * verdict ends the wait after interval x probes; else 15 s.
   */
  readonly timeout?: Duration;
}

/** A session at one moment. */
export interface SessionSnapshot {
  /** Given by the server; empty before the first connection. */
  readonly id: string;
  /** `connecting` in the handshake, `closing` once a goodbye has begun, `waiting` while there is no connection, `ended` for good. */
  readonly state: 'connecting' | 'open' | 'closing' | 'waiting' | 'ended';
  /** What we believe of the peer; `dead` while there is no connection. */
  readonly belief: Belief;
  /** The number of the current, or last, connection. */
  readonly epoch: number;
  /** The round trip on this connection; undefined before the first PONG. */
  readonly rtt: Rtt | undefined;
  /** Milliseconds since the last received byte. */
  readonly silenceMs: number | undefined;
  /** What the peer's hook `health` has last said on this connection; undefined if it has not. */
  readonly peerHealth: Health | undefined;
  /** Unanswered probes, of {@link allowed}. */
  readonly missed: number;
  /** Unanswered probes before the verdict; undefined if we do not watch. */
  readonly allowed: number | undefined;
  /** Messages of ours without a result yet. */
  readonly queuedMessages: number;
  /** Bytes of those among them that the peer is not known to have received. */
  readonly queuedBytes: number;
  /** What the peer still takes on this connection: bytes, and 128 for each message. */
  readonly credit: number;
  /** Bytes that our own kernel has not taken yet. */
  readonly unwrittenBytes: number;
  /** Bytes received on this connection. */
  readonly bytesIn: number;
  /** Bytes that this connection was given to send. */
  readonly bytesOut: number;
  /** Milliseconds since the handshake of this connection. */
  readonly upMs: number | undefined;
  /** Why the last connection ended. */
  readonly lastCause: Cause | undefined;
}

/** Handles the messages of a session: one at a time, in order. What it returns travels back to the sender; if it throws, the sender's promise rejects. */
export type MessageHandler = (message: unknown, session: Session) => unknown;

/** One conversation with one peer. */
export interface Session<Events extends SessionEvents = SessionEvents> extends TypedEvents<Events> {
  /** Given by the server; empty before the first connection. */
  readonly id: string;
  /** The number of the current, or last, connection of this session. */
  readonly epoch: number;
  /** The peer as it introduced itself; undefined before the first connection. */
  readonly peer: Peer | undefined;
  /** Server: what `authenticate` has returned for this peer; undefined where there is no `authenticate`, and at a client. */
  readonly identity: unknown;
  /** The peer's address, such as `10.0.0.7:51234` or the path of a Unix socket; undefined before the first connection. */
  readonly address: string | undefined;
  /** Whether there is room for another message. If not, `drain` tells when the queue is empty again. */
  readonly writable: boolean;
  /**
   * Sends a message and resolves with what the peer's handler returned for it: the peer's application is done with it, and has
   * handled it once, over however many connections of this session that took. It may be called before the first connection.
   *
   * A message is made of null, booleans, numbers, strings, 64-bit bigints, Uint8Array, arrays and plain objects, as is what the handler
   * returns; of anything else it is said where it is. `undefined` arrives as null, or is left out where it is a property; a small
   * bigint arrives as a number, a Buffer as a Uint8Array. (Another `codec` may take other things.)
   *
   * A promise that nobody awaits or catches ends the process of Node when it rejects, as any does: `post` is for messages of
   * which nobody wants to know what became.
   *
   * Rejects with `ERR_NOT_HANDLED` if it refused or failed; `ERR_IN_DOUBT` if it was sent and the session could not be
   * resumed, so that nobody here knows; `ERR_CLOSED` if it was certainly not handled; `ERR_QUEUE_FULL` if there is no room, nor
   * may more calls wait for it; `ERR_TIMEOUT`, `ERR_ABORTED`, `ERR_TOO_LARGE`, `ERR_ENCODE`.
   */
  send(message: unknown, options?: SendOptions): Promise<unknown>;
  /**
   * Sends a message of which nobody wants to know what became: fire and forget. It is delivered like any other, in its order.
   * Returns {@link writable}: with false, wait for `drain`.
   *
   * @throws SystoleError with `ERR_QUEUE_FULL`, `ERR_CLOSED`, `ERR_TOO_LARGE` or `ERR_ENCODE`.
   */
  post(message: unknown): boolean;
  /**
   * Sends a PING now, whatever idle says, and resolves with the round trip in milliseconds: verify before use. If the peer
   * is watched its silence begins here, so that a dead one is found after interval x probes. Calls are never more to the
   * peer than it accepts: a PING each `minPingInterval` of its, and at a peer that is not watched none before the last one
   * was answered.
   *
   * Rejects with `ERR_UNVERIFIED` if there is no connection, or it ends before the answer, with its cause in the message;
   * `ERR_TIMEOUT`, `ERR_ABORTED`, `ERR_OPTIONS`.
   */
  verify(options?: VerifyOptions): Promise<number>;
  /** Says goodbye: finishes what is under way in both directions, exchanges CLOSE and FIN, destroys after `closeTimeout`. Resolves at `end`. */
  close(reason?: string): Promise<void>;
  /** Ends it now, in both directions. */
  destroy(): void;
  /** A plain snapshot. */
  inspect(): SessionSnapshot;
  [Symbol.asyncDispose](): Promise<void>;
}
