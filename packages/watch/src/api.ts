/** What a user sees of a watch: its options, its events, its methods, its snapshot. */

import type { Readable } from 'node:stream';
import type {
  AliveEvent,
  Belief,
  Cause,
  Clock,
  DeadEvent,
  DisconnectEvent,
  Duration,
  Framer,
  Keepalive,
  KeepaliveSetting,
  Logger,
  Rtt,
  SuspectEvent,
  TypedEvents,
} from '@systole/core';
import type { Tap } from './tap.ts';

/**
 * Does what the protocol of the stream calls a ping, through the client library that owns the stream; by writing bytes only
 * to a stream that nobody else writes to. `attempt` is 1 for the first probe of a silence.
 *
 * What it returns may be a promise that is fulfilled when the answer has come: it gives the round trip, and with `strict`
 * the evidence. What it throws, or rejects with, is counted and logged, and is not an answer.
 */
export type Probe = (attempt: number) => unknown;

/** How to know an answer among the bytes that come. */
export interface ReplyOptions {
  /** Where messages end, such as `delimited()` or `lengthPrefixed({ width: 4 })` of `@systole/core`. */
  readonly framer: Framer;
  /** Whether this message answers a probe. It is a view of what has come: copy what is to be kept. */
  readonly matches: (message: Uint8Array) => boolean;
}

/** When to tell that nothing moves, as Netty's IdleStateHandler does: no verdict, and nothing is probed. */
export interface IdleOptions {
  /** Nothing has come for so long. Default: not told. */
  readonly reader?: Duration;
  /** Nothing has left for so long: the kernel has taken no byte of ours. Default: not told. */
  readonly writer?: Duration;
  /** Neither. Default: not told. */
  readonly both?: Duration;
}

/** Options of a watch that brings its own probe. */
export type ReadyOptions = Omit<WatchOptions, 'probe' | 'reply'>;

/** Options of a watch. All have defaults. */
export interface WatchOptions {
  /** When to probe, and when to judge: a triple, a preset, or false to tell `idle` only. Default: idle 20 s, interval 5 s, probes 3. */
  readonly keepalive?: KeepaliveSetting;
  /** Default: none, so that only silence counts; right where the peer itself sends something more often than `idle`. */
  readonly probe?: Probe;
  /** Knows the answers to probes that were written as bytes, for the round trip. For a stream whose bytes can be seen. Default: none. */
  readonly reply?: ReplyOptions;
  /**
   * Whether only answers to probes are evidence, and other bytes are not: for a peer whose bytes may come from a box in between.
   * An answer that waits behind a large transfer then comes too late. Default: false, as any byte proves life (L2).
   */
  readonly strict?: boolean;
  /** Tells `idle` when nothing moves. Default: never. */
  readonly idle?: IdleOptions;
  /**
   * What a verdict does to the stream: true destroys it, so that its owner learns and can come back (L9); a function is called
   * instead; false only tells. Default: true.
   */
  readonly destroy?: boolean | (() => void);
  /** How long a send queue that makes progress may put a verdict off, counted from the last evidence (L4). Default: 60 s. */
  readonly writeTimeout?: Duration;
  /** How long a stream that its owner does not read may put a verdict off (L5). Default: 60 s. */
  readonly pausedTimeout?: Duration;
  /** Idle limits of boxes on the path, beside the common ones, for the hint `idle-cut` of `eof`. Default: none. */
  readonly idleLimits?: readonly Duration[];
  /** Stops the watch when it is aborted, as {@link Watch.stop} does. Default: none. */
  readonly signal?: AbortSignal;
  /** Default: the monotonic clock and the one scheduler of the process. */
  readonly clock?: Clock;
  /** A pino logger, or one with its methods. Default: a silent one. */
  readonly logger?: Logger;
  /** Uniform in [0, 1), for jitter. Default: Math.random. */
  readonly random?: () => number;
}

/** A stream is watched from now on. */
export interface WatchedEvent {
  /** The number of the stream, from 1. */
  readonly epoch: number;
  /** Undefined if no verdict is wanted. */
  readonly keepalive: Keepalive | undefined;
  /** The verdict comes at most so many milliseconds after the last evidence; undefined if none is wanted. */
  readonly boundMs: number | undefined;
}

/** Nothing has moved for as long as `idle` says; told again each time that passes. */
export interface IdleEvent {
  /** The number of the stream. */
  readonly epoch: number;
  /** Which of the options of `idle` it is. */
  readonly of: 'reader' | 'writer' | 'both';
  /** Milliseconds since something moved. */
  readonly silenceMs: number;
  /** Whether it is the first since something moved. */
  readonly first: boolean;
}

/** The events of a watch, which are those of a session as far as they concern its connection. */
export interface WatchEvents {
  /** A stream is watched from now on; the first of its epoch. */
  readonly connect: WatchedEvent;
  /** The first probe of a silence has gone unanswered for an interval. */
  readonly suspect: SuspectEvent;
  /** Evidence has come after `suspect`. */
  readonly alive: AliveEvent;
  /** Nothing has moved for as long as the option `idle` says. */
  readonly idle: IdleEvent;
  /** Our own verdict; `disconnect` follows at once. */
  readonly dead: DeadEvent;
  /** The stream is gone, or has had the peer's FIN; the only `disconnect` of its epoch. Not told after `stop()`. */
  readonly disconnect: DisconnectEvent;
}

/** A watch at one moment. */
export interface WatchSnapshot {
  /** `waiting` while there is no stream to watch, `stopped` for good. */
  readonly state: 'watching' | 'waiting' | 'stopped';
  /** The number of the stream, 1 for the first; 0 before it. */
  readonly epoch: number;
  /** What we believe of the peer; undefined while no stream is watched. */
  readonly belief: Belief | undefined;
  /** Of probes whose answers are known; undefined before the first. */
  readonly rtt: Rtt | undefined;
  /** Milliseconds since the last evidence, or a little more: by the time between two looks at most. */
  readonly silenceMs: number | undefined;
  /** Probes of the silence under way, of {@link allowed}. */
  readonly missed: number;
  /** Unanswered probes before the verdict; undefined if none is wanted. */
  readonly allowed: number | undefined;
  /** Probes that threw, rejected, or gave nothing to know an answer by, of this watch. */
  readonly probeFailures: number;
  /** Whether the owner of the stream does not read it, so that the verdict stands still. */
  readonly isPaused: boolean;
  /**
   * Of a socket since it was made, as far down as they can be counted; of any other stream since it is watched, and objects
   * where it is one of objects.
   */
  readonly bytesIn: number;
  /** As {@link bytesIn}. */
  readonly bytesOut: number;
  /** Why the last stream ended. */
  readonly lastCause: Cause | undefined;
}

/** Watches one peer, over one stream or one after the other. */
export interface Watch extends TypedEvents<WatchEvents> {
  /** A plain snapshot. */
  inspect(): WatchSnapshot;
  /** Stops watching, once and for all. The stream is left as it was found. */
  stop(): void;
  [Symbol.dispose](): void;
}

/** A watch that follows a client from connection to connection. */
export interface FollowingWatch extends Watch {
  /**
   * Watches this stream from now on, and the one before no more.
   *
   * @throws SystoleError with `ERR_SOCKET` if it cannot be watched.
   */
  take(stream: Readable | Tap): void;
}
