/** Message boundaries for streams whose protocol someone else defined: messages to bytes, and bytes to messages. */

/** One kind of boundary, such as `delimited()` or `lengthPrefixed({ width: 2 })` make; serves any number of streams. */
export interface Framer {
  /** A splitter for the bytes of one stream. */
  splitter(): Splitter;
  /**
   * The message with its boundary, in memory of its own.
   *
   * @throws SystoleError `ERR_TOO_LARGE` for a message over the limit; `ERR_ENCODE` for one that no splitter could find again.
   */
  frame(message: Uint8Array): Uint8Array;
}

/**
 * Splits one stream's bytes into messages. Give it each chunk with {@link push}, then call {@link next} until it returns
 * undefined:
 *
 * ```ts
 * splitter.push(chunk);
 * for (let message = splitter.next(); message !== undefined; message = splitter.next()) handle(message);
 * ```
 */
export interface Splitter {
  /**
   * Takes a chunk in, of any size: it must not change before {@link next} has returned undefined, nor while a message is used
   * that was cut from it.
   *
   * @throws TypeError for anything but bytes, such as the strings of a stream with an encoding.
   */
  push(chunk: Uint8Array): void;
  /**
   * The next message without its boundary, or undefined if more bytes are needed. A view of its chunk, or of what was gathered
   * of it: copy a small one that you keep for long, or all of that stays in memory.
   *
   * @throws ProtocolError for what breaks the rules of the boundary; and the same error ever after, for nobody knows where the
   * next message begins.
   */
  next(): Uint8Array | undefined;
  /** Bytes that were pushed and are not part of a returned message or its boundary. */
  readonly buffered: number;
}

/** @throws TypeError for anything but bytes. `name` is what they are called. */
export function requireBytes(name: string, value: unknown): void {
  if (value instanceof Uint8Array) return;
  throw new TypeError(`${name} must be a Uint8Array, got ${nameKind(value)}`);
}

function nameKind(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
