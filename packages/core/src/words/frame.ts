/** What travels: the frames, their type numbers and the codes of CLOSE. The bytes are in `rules/frame-codec.ts`, the law in docs/PROTOCOL.md. */

import type { HealthReport } from './health.ts';

/** The newest wire version, and so far the only one. */
export const WIRE_VERSION = 1;

/** Both ends open with these four bytes and the version (W1). 0xE5 begins no text protocol and no TLS record. */
export const MAGIC: readonly [number, number, number, number] = [0xe5, 0x53, 0x59, 0x53];

/** Type numbers. A receiver skips an unknown type of 0x80 and above, and refuses one below (W3). */
export const FRAME_TYPES = {
  hello: 0x01,
  welcome: 0x02,
  ping: 0x03,
  pong: 0x04,
  data: 0x05,
  result: 0x06,
  ack: 0x07,
  close: 0x08,
} as const;

/** First type number that a receiver which does not know it skips. */
export const FIRST_OPTIONAL_TYPE = 0x80;

/** Opens the handshake. The body is an encoded map: `rules/hello.ts`. */
export interface HelloFrame {
  readonly type: 'hello';
  /** MessagePack; at most 16 KiB, as every frame of the handshake. */
  readonly body: Uint8Array;
}

/** Accepts the handshake. The body is an encoded map: `rules/hello.ts`. */
export interface WelcomeFrame {
  readonly type: 'welcome';
  /** MessagePack, as that of HELLO. */
  readonly body: Uint8Array;
}

/** Asks for a PONG. Numbers start at 1 with each connection. */
export interface PingFrame {
  readonly type: 'ping';
  /** From 1, one more each time. */
  readonly number: number;
}

/** Echoes the number of a PING: the newest one, if several have come (L7). What is behind it is about the application (L11). */
export interface PongFrame {
  readonly type: 'pong';
  /** That of the PING. */
  readonly number: number;
  /** As in ACK. Absent where no message has come. */
  readonly handled?: number;
  /** Only with {@link handled}; absent where the application says nothing of itself. */
  readonly health?: HealthReport;
}

/** Which part of a message or of a value it is. */
export type Part = 'whole' | 'first' | 'middle' | 'last';

/** A message, or a part of one. Numbers start at 1 with each session, and go on across its connections. */
export interface DataFrame {
  readonly type: 'data';
  /** That of the message. */
  readonly number: number;
  /** Which part of the message it is; parts of one message follow each other. */
  readonly part: Part;
  /** The codec's bytes: at most 64 KiB of the message. */
  readonly payload: Uint8Array;
}

/** The application is done with a message, and has returned a value, of which this is the whole or a part. */
export interface ValueFrame {
  readonly type: 'result';
  readonly ok: true;
  /** That of the message. */
  readonly number: number;
  /** Which part of the value it is. */
  readonly part: Part;
  /** The codec's bytes; none for undefined. */
  readonly value: Uint8Array;
}

/** The application is done with a message: it refused it, or failed on it. */
export interface FailureFrame {
  readonly type: 'result';
  readonly ok: false;
  /** That of the message. */
  readonly number: number;
  /** That of the peer's error. */
  readonly code: string;
  /** The message of the peer's error. */
  readonly text: string;
}

/** What the peer's application made of a message; with it, all messages before have been handled, too. */
export type ResultFrame = ValueFrame | FailureFrame;

/** The counters of one end. */
export interface AckFrame {
  readonly type: 'ack';
  /** The last message that it has whole. */
  readonly received: number;
  /** Its application is done with all messages up to this one. */
  readonly handled: number;
  /** It has the outcome of all its own messages up to this one: their results may be forgotten. */
  readonly settled: number;
  /** Bytes of this connection that it has read, from the first of the preamble on. */
  readonly read: number;
  /** It takes DATA of this cost on this connection, counted from its beginning (`rules/cost.ts`). */
  readonly limit: number;
}

/** Why a CLOSE was sent, as numbers on the wire. */
export const CLOSE_CODES = {
  /** The application said goodbye. */
  normal: 0,
  /** The process is going away; another connection is welcome elsewhere, or later. */
  'going-away': 1,
  /** Best effort, before a verdict destroys the connection: a peer that thaws learns what happened (L9). */
  'judged-dead': 2,
  'protocol-error': 3,
  'too-many-pings': 4,
  'handshake-timeout': 5,
  /** Credentials or limits. */
  rejected: 6,
  /** The options of the two ends contradict each other: codec, or a `strict` triple. */
  incompatible: 7,
  superseded: 8,
  'app-stalled': 9,
} as const;

/** The name of a {@link CLOSE_CODES} number. */
export type CloseCode = keyof typeof CLOSE_CODES;

/** A goodbye, so that it can be told from a FIN without one (W4). */
export interface CloseFrame {
  readonly type: 'close';
  /** Whether only this connection ends, or the session with it. */
  readonly scope: 'connection' | 'session';
  /** A number that this version does not know arrives as `unknown`. */
  readonly code: CloseCode | 'unknown';
  /** The last message of the receiver's that the sender of this frame has taken on; later ones were never handled. */
  readonly lastAccepted: number;
  /** Milliseconds after which connecting again is welcome: `retryAfterMs` plus a random part of `spreadMs`. */
  readonly retryAfterMs: number;
  /** Over how many milliseconds, from then on, all that are told so shall spread. */
  readonly spreadMs: number;
  /** For people; may be empty. */
  readonly reason: string;
}

/** Every frame. */
export type Frame = HelloFrame | WelcomeFrame | PingFrame | PongFrame | DataFrame | ResultFrame | AckFrame | CloseFrame;
