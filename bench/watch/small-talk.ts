/** The little protocol of both ends: all that is not payload is one byte. */

import type { Framer } from '@systole/core';

/** What the payload is made of, and no other message. */
export const FILLING = 0;
/** From a receiver: do you live? */
export const PING: Uint8Array = Uint8Array.of(1);
/** To a receiver, for each PING. */
export const PONG: Uint8Array = Uint8Array.of(2);
/** From a receiver: the beat is here. */
export const NEXT: Uint8Array = Uint8Array.of(3);

/**
 * Each chunk is a message: the least that a framer can do, so that what is measured is what surrounds it. An answer that comes
 * with other bytes in one chunk is not seen, and need not be, as they are evidence, too.
 */
export const CHUNKS: Framer = {
  splitter() {
    let waiting: Uint8Array | undefined;
    return {
      push(chunk) {
        waiting = chunk;
      },
      next() {
        const message = waiting;
        waiting = undefined;
        return message;
      },
      get buffered() {
        return waiting?.length ?? 0;
      },
    };
  },
  frame: (message) => message,
};

export function isPong(message: Uint8Array): boolean {
  return message.length === PONG.length && message[0] === PONG[0];
}
