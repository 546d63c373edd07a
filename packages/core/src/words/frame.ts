/** What travels: the frames, their type numbers and the codes of CLOSE. The bytes are in `rules/frame-codec.ts`, the law in docs/PROTOCOL.md. */

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
  readonly body: Uint8Array;
}

/** Accepts the handshake. The body is an encoded map: `rules/hello.ts`. */
export interface WelcomeFrame {
  readonly type: 'welcome';
  readonly body: Uint8Array;
}

/** Asks for a PONG. Numbers start at 1 with each connection. */
export interface PingFrame {
  readonly type: 'ping';
  readonly number: number;
}

/** Echoes the number of a PING: the newest one, if several have come (L7). */
export interface PongFrame {
  readonly type: 'pong';
  readonly number: number;
}

/** A message. Numbers start at 1 with each connection. */
export interface DataFrame {
  readonly type: 'data';
  readonly number: number;
  readonly payload: Uint8Array;
}

/** What the peer's application made of a message: a value, or a failure. */
export type ResultFrame =
  | { readonly type: 'result'; readonly number: number; readonly ok: true; readonly value: Uint8Array }
  | {
      readonly type: 'result';
      readonly number: number;
      readonly ok: false;
      readonly code: string;
      readonly text: string;
    };

/** Counters of the peer: it has messages up to `received`, and its application is done with those up to `handled`. */
export interface AckFrame {
  readonly type: 'ack';
  readonly received: number;
  readonly handled: number;
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
  readonly spreadMs: number;
  readonly reason: string;
}

/** Every frame. */
export type Frame = HelloFrame | WelcomeFrame | PingFrame | PongFrame | DataFrame | ResultFrame | AckFrame | CloseFrame;
