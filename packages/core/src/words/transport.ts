/** A byte stream as a seam: what a connection needs of a socket. Implemented in `node/`, and by the simulated link in tests. */

/** The writing half of a byte stream, and the right to end it. No method throws; what goes wrong comes back through the {@link TransportListener}. */
export interface Transport {
  /**
   * Takes the chunks, in order; they leave in one write where that is possible. They are read until {@link unwritten} is 0, and are
   * the caller's again from then on: a transport that delivers later makes a copy, as a kernel does.
   */
  write(chunks: readonly Uint8Array[]): void;
  /** Bytes that {@link write} has taken and our own kernel has not. */
  readonly unwritten: number;
  /**
   * Bytes that have come since the connection began, as far down as they can be counted. More than what was told if part
   * of a TLS record is in: nothing can be told of it, and yet it is evidence (L2).
   */
  readonly receivedBytes: number;
  /** Sends FIN behind everything written. Reading goes on. */
  end(): void;
  /** Ends both directions at once, whatever is still queued (L9). */
  destroy(): void;
  /** Stops reading, so that the peer is slowed by its own full buffers. */
  pause(): void;
  /** Reads again. */
  resume(): void;
  /**
   * Our own verdict comes after a silence of at most so many milliseconds; from later on the kernel may look, too, as a
   * second belt. Left out where there is no kernel.
   */
  guard?(silenceMs: number): void;
}

/** Why a transport has failed: the operating system's words. */
export interface TransportError {
  /** Such as `ECONNRESET`. */
  readonly code: string | undefined;
  /** Such as `read`. */
  readonly syscall: string | undefined;
}

/** The reading half: what a transport tells of its socket. Nothing is told after `handleClosed`. */
export interface TransportListener {
  /** Bytes have come. The chunk may be kept. */
  handleBytes(chunk: Uint8Array): void;
  /** FIN has come. */
  handleEnd(): void;
  /** The queue has drained: `unwritten` is 0 again after it was not. */
  handleDrained(): void;
  /** The socket is gone, with the error that ended it, if one did. */
  handleClosed(error?: TransportError): void;
}
