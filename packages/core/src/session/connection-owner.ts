/** What a connection and its owner promise each other. */

import type { Role } from '../machines/handshake.ts';
import type { LivenessOutput } from '../machines/liveness.ts';
import type { Hello, Welcome, WireOffer } from '../rules/hello.ts';
import type { Terms } from '../rules/negotiate.ts';
import type { SessionConfig } from '../rules/options.ts';
import type { Cause, Evidence } from '../words/cause.ts';
import type { Clock, Instant } from '../words/clock.ts';
import type { AckFrame, CloseCode, CloseFrame, DataFrame, Frame, ResultFrame } from '../words/frame.ts';

/** What a connection is made of. */
export interface ConnectionParts {
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** HELLO or WELCOME without the offer, which the connection makes from its config. */
export type Introduction<Of extends Hello | Welcome> = Omit<Of, keyof WireOffer>;

/** What a peer is told that gets no session. */
export interface Refusal {
  readonly code: CloseCode;
  readonly reason: string;
  /** When it is welcome again, in milliseconds from now, and over how long all that are told so shall spread. Default: 0. */
  readonly retryAfterMs?: number;
  readonly spreadMs?: number;
}

/** What is known before a byte was sent. */
export interface ConnectionInit {
  readonly role: Role;
  readonly config: SessionConfig;
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
  readonly cause: Cause;
  readonly evidence: Evidence;
  /** The peer's CLOSE, if one came: with its scope, and its hint when to come back. */
  readonly goodbye: CloseFrame | undefined;
}

/** Frames that are the session's affair. */
export type DeliveryFrame = DataFrame | ResultFrame | AckFrame;

/** What is to be told of the peer's liveness, short of a verdict. */
export type LivenessTiding =
  | Extract<LivenessOutput, { readonly type: 'ping' | 'suspect' | 'alive' }>
  /** The newest PING was answered. */
  | { readonly type: 'pong'; readonly rttMs: number };

/**
 * Whom a connection belongs to. `nextFrame` and `handleFrame` must not run the user's code; all else is called after the
 * connection has written and armed its alarm, so that nothing done there can stop the heartbeat.
 */
export interface ConnectionOwner {
  /** Server: HELLO has come. To be answered with {@link Connection.accept} or {@link Connection.refuse}, now or later. */
  handleHello(hello: Hello, terms: Terms): void;
  /** The handshake is over. */
  handleOpen(terms: Terms, peer: Hello | Welcome): void;
  /** @throws ProtocolError to end the connection for it. */
  handleFrame(frame: DeliveryFrame): void;
  /** The peer says goodbye and waits for ours. */
  handleGoodbye(frame: CloseFrame): void;
  /** The next frame to send, if any. Called while there is room. */
  nextFrame(): Frame | undefined;
  handleTiding(tiding: LivenessTiding): void;
  /** What has come was taken in, and what may leave has left. */
  handleTurnEnd(): void;
  /** The connection is gone. The last call. */
  handleEnd(ending: Ending): void;
}
