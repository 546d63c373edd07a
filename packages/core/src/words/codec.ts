/** The seam between a message and its bytes. */

/**
 * Turns messages into bytes and back. Both ends of a connection must use a codec of the same name: it is agreed in the handshake.
 * Either method may throw; the failure is confined to its message.
 */
export interface Codec {
  /** Agreed in the handshake: 1 to 32 characters of printable ASCII. */
  readonly name: string;
  /**
   * The bytes are kept, not copied, until the peer has them, and must not change meanwhile: they may have to be sent again.
   * Where `memory` is given, they may lie in what it gives, which is used again behind them: all of it must be filled, and bytes in it be
   * returned once, for this message alone. A codec that keeps what it has encoded uses memory of its own.
   */
  encode(message: unknown, memory?: (length: number) => Uint8Array): Uint8Array;
  /**
   * The bytes may share memory with others, such as all that came with them: keep copies, and never transfer their `buffer`.
   * Where `isOwn` is true, nobody else has them: the message may be a view of them.
   */
  decode(bytes: Uint8Array, isOwn?: boolean): unknown;
}
