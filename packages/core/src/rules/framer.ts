/** Where messages begin and end in a stream of bytes whose protocol is somebody else's. */

/** Splits one stream: give it each chunk, then take messages until there is none. */
export interface Splitter {
  /** Takes a chunk over: it must not change afterwards. */
  push(chunk: Uint8Array): void;
  /**
   * The next message without its boundary, or undefined if more bytes are needed.
   *
   * @throws ProtocolError if there can be none; and the same error ever after.
   */
  next(): Uint8Array | undefined;
  /** Bytes that were pushed and are not part of a returned message. */
  readonly buffered: number;
}

/** A way to tell messages apart. */
export interface Framer {
  /** A splitter for one stream. */
  splitter(): Splitter;
  /** The message with its boundary. */
  frame(message: Uint8Array): Uint8Array;
}
