/** A stream as a watch sees it: what has come, what has left, whether it is over. It is looked at, and nothing is taken from it. */

import type { NamedEnd } from '@systole/core';

/** What a tap tells by itself. Everything else is looked at. */
export interface TapListener {
  /** It is over. */
  handleEnd(end: NamedEnd): void;
  /** Bytes have come. Only if asked for, as it costs a call for each chunk. */
  handleBytes?: ((chunk: Uint8Array) => void) | undefined;
}

/**
 * See the head of the file. Those of streams are made for you; for a transport that is no stream, write one. No method may
 * throw.
 */
export interface Tap {
  /** Bytes that have come, or objects. Never less than at an earlier look. */
  readonly received: number;
  /** Bytes that were given to the stream to write. */
  readonly position: number;
  /** As far as our kernel, or whatever is below the stream, has taken them. */
  readonly written: number;
  /** Whether its owner does not read it, so that what comes waits where nobody counts it. */
  readonly isPaused: boolean;
  /** How it has ended; undefined while it has not. For an ending that nobody has told. */
  readonly end: NamedEnd | undefined;
  /** From now on. */
  listen(listener: TapListener): void;
  /** Ends the stream, both ways and at once (L9). */
  destroy(): void;
  /** Leaves the stream as it was found; also without {@link listen} before it. */
  release(): void;
}
