/** Numbers in messages: each shows which one it is, and that it is whole. */

/** Numbers take so many bytes. */
const NUMBER_BYTES = 4;

/** Writes a message's number at both of its ends, so that a piece of it cannot pass for the whole. */
export function stamp(message: Uint8Array, number: number): void {
  writeNumber(message, 0, number);
  writeNumber(message, message.length - NUMBER_BYTES, number);
}

/** The number that a message begins with. */
export function numberOf(message: Uint8Array): number {
  return readNumber(message, 0);
}

/** The bytes of that number: what is sent back for a message that shall be acknowledged by hand. */
export function numberBytesOf(message: Uint8Array): Uint8Array {
  return message.subarray(0, NUMBER_BYTES);
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
