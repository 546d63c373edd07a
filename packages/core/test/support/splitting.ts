/** What tests of all splitters do. */

import type { Splitter } from '../../src/rules/framer.ts';

/** All messages that have come whole. */
export function drain(splitter: Splitter): Uint8Array[] {
  const messages: Uint8Array[] = [];
  for (let message = splitter.next(); message !== undefined; message = splitter.next()) messages.push(message);
  return messages;
}

/** Pushes each chunk and takes what it has completed. */
export function splitAll(splitter: Splitter, chunks: readonly Uint8Array[]): Uint8Array[] {
  return chunks.flatMap((chunk) => {
    splitter.push(chunk);
    return drain(splitter);
  });
}

/** Each byte a chunk of its own. */
export function bytewise(bytes: Uint8Array): Uint8Array[] {
  return Array.from(bytes, (byte) => Uint8Array.of(byte));
}

/** What a call throws; undefined if it does not. */
export function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return undefined;
}
