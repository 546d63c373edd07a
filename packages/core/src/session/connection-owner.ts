/** What a connection and its owner promise each other. */

import type { DeliveryFrame, Stream } from '../machines/exchange.ts';
import type { Role } from '../machines/handshake.ts';
import type { Hello, Welcome, WireOffer } from '../rules/hello.ts';
import type { Terms } from '../rules/negotiate.ts';
import type { SessionConfig } from '../rules/options.ts';
import type { Cause, Evidence } from '../words/cause.ts';
import type { Clock, Instant } from '../words/clock.ts';
import type { CloseCode, CloseFrame, Frame, PongFrame } from '../words/frame.ts';
import type { HealthReport } from '../words/health.ts';
import type { LivenessWish } from './heartbeat.ts';

/** What a connection is made of. */
export interface ConnectionParts {
  /** Its time, and its alarm. */
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** HELLO or WELCOME without the offer, which the connection makes from its config. */
export type Introduction<Of extends Hello | Welcome> = Omit<Of, keyof WireOffer>;

/** What a peer is told that gets no session. */
export interface Refusal {
  /** Why, as CLOSE says it. */
  readonly code: CloseCode;
  /** Cut to 256 bytes of UTF-8. */
  readonly reason: string;
  /** What ends. Default: the connection. */
  readonly scope?: 'connection' | 'session';
  /** When it is welcome again, in milliseconds from now, and over how long all that are told so shall spread. Default: 0. */
  readonly retryAfterMs?: number;
  /** Over how many milliseconds, from then on, all that are told so shall spread. Default: 0. */
  readonly spreadMs?: number;
}

/** What is known before a byte was sent. */
export interface ConnectionInit {
  /** Who speaks first: the client. */
  readonly role: Role;
  /** The options of its session, resolved. */
  readonly config: SessionConfig;
  /** What we offer: both ends must have the same. */
  readonly codecName: string;
  /** Client: the number of this connection; a server learns it from HELLO. */
  readonly epoch: number;
  /** By then the handshake must be over (L10). */
  readonly handshakeDeadline: Instant;
  /** Client: what to introduce itself with. */
  readonly hello?: Introduction<Hello>;
}

/** How a connection ended. */
export interface Ending {
  /** Why it ended. */
  readonly cause: Cause;
  /** What the cause rests on. */
  readonly evidence: Evidence;
  /** The peer's CLOSE, if one came: with its scope, and its hint when to come back. */
  readonly goodbye: CloseFrame | undefined;
}

/** What is to be told of the peer's liveness, short of a verdict. */
export type LivenessTiding =
  | Extract<LivenessWish, { readonly type: 'ping' | 'suspect' | 'alive' }>
  /** A PONG waits until the user's hook has been asked: see {@link ConnectionOwner.pong}. */
  | Extract<LivenessWish, { readonly type: 'examine' }>
  /** The newest PING was answered. */
  | { readonly type: 'pong'; readonly rttMs: number }
  /** The peer has said how its application is. */
  | { readonly type: 'health'; readonly report: HealthReport };

/**
 * Whom a connection belongs to. `establish`, `handleFrame`, `handlePong`, `handleGoodbye`, `pong` and `nextFrame` must not run the user's code;
 * all else is called after the connection has written and armed its alarm, so that nothing done there can stop the heartbeat.
 */
export interface ConnectionOwner {
  /** Server: HELLO has come. To be answered with {@link Connection.accept} or {@link Connection.refuse}, now or later. */
  handleHello(hello: Hello, terms: Terms): void;
  /** The peer has introduced itself, and is accepted. @throws ProtocolError to end the connection for what it says. */
  establish(terms: Terms, peer: Hello | Welcome): void;
  /** The handshake is over. */
  handleOpen(): void;
  /** A frame of the delivery has come. @throws ProtocolError to end the connection for it. */
  handleFrame(frame: DeliveryFrame): void;
  /** The peer answers a PING. @throws ProtocolError to end the connection for what it says. */
  handlePong(frame: PongFrame): void;
  /** The peer says goodbye and waits for ours. @throws ProtocolError to end the connection for it. */
  handleGoodbye(frame: CloseFrame): void;
  /** The PONG for a PING; undefined if it needs the user's hook: then `examine` is told, and a turn has to be asked for. */
  pong(number: number): PongFrame | undefined;
  /** The next frame to send, if any. Called while there is room. */
  nextFrame(stream: Stream): Frame | undefined;
  /** There is something to tell of the peer's liveness. */
  handleTiding(tiding: LivenessTiding): void;
  /** What has come was taken in, and what may leave has left. */
  handleTurnEnd(): void;
  /** The connection is gone. The last call. */
  handleEnd(ending: Ending): void;
}
