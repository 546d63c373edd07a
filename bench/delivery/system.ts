/** What is compared: something that carries messages to a peer, and tells when the peer's handler is done with each. */

/** One end's view of a connection. */
export interface Link {
  /**
   * Resolves when the peer's handler is done with the message, and rejects if it failed on it. The message must stay as
   * it is until then. It begins with its number (see {@link stamp}), for systems that have no numbers of their own.
   */
  send(message: Uint8Array): Promise<unknown>;
}

/** What a server does with the messages of one connection. It throws if one is not as it was sent. */
export type Handler = (message: Uint8Array) => void;

/** Both ends of a system, over TCP on loopback. They live until their process ends. */
export interface System {
  /** Serves; each connection has a handler of its own. Returns the port. */
  listen(accept: () => Handler): Promise<number>;
  connect(port: number): Promise<Link>;
}

export const LOOPBACK = '127.0.0.1';

/** Numbers take so many bytes. */
export const NUMBER_BYTES = 4;

/** Writes a message's number at both of its ends, so that a piece of it cannot pass for the whole. */
export function stamp(message: Uint8Array, number: number): void {
  writeNumber(message, 0, number);
  writeNumber(message, message.length - NUMBER_BYTES, number);
}

/** The number that a message begins with. */
export function numberOf(message: Uint8Array): number {
  return readNumber(message, 0);
}

/** @throws Error if it is not the whole message of this number. */
export function requireStamp(message: Uint8Array, number: number): void {
  const first = numberOf(message);
  const last = readNumber(message, message.length - NUMBER_BYTES);
  if (first !== number || last !== number) {
    throw new Error(`message ${first} to ${last} of ${message.length} bytes came, where ${number} was the next one`);
  }
}

// Byte by byte: a DataView of a small array makes the engine move it off its heap, which takes longer than all of this.

function writeNumber(message: Uint8Array, offset: number, number: number): void {
  for (let i = 0; i < NUMBER_BYTES; i += 1) message[offset + i] = number >>> (8 * (NUMBER_BYTES - 1 - i));
}

function readNumber(message: Uint8Array, offset: number): number {
  let number = 0;
  for (let i = 0; i < NUMBER_BYTES; i += 1) number = number * 256 + (message[offset + i] ?? 0);
  return number;
}
