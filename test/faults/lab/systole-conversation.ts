/** One end of a connection of Systole. */

import type { MessageHandler, Session, SessionOptions } from '@systole/core';
import type { Conversation } from './conversation.ts';
import { CHATTER_MS, FLOOD_BYTES, MORSEL } from './conversation.ts';
import type { Link } from './links.ts';
import { TRIPLE } from './links.ts';
import type { Sightings } from './sighting.ts';

const PART_BYTES = 65_536;

/** The application of an end: done with each message at once, until it is stuck with one for good. */
export class Reader {
  #isStuck = false;

  readonly handle = (): unknown => (this.#isStuck ? new Promise(() => {}) : undefined);

  stop(): void {
    this.#isStuck = true;
  }
}

/** What both ends are made with. A session ends with its connection, as it is connections that are watched here. */
export function optionsFor(idleMs: number, reader: Reader): SessionOptions & { readonly onMessage: MessageHandler } {
  const keepalive = { ...TRIPLE, idle: idleMs };
  return { keepalive, resumeWindow: 0, maxQueuedBytes: 2 * FLOOD_BYTES, onMessage: reader.handle };
}

export function talkSystole(
  session: Pick<Session, 'on' | 'send' | 'close'>,
  link: Link,
  sightings: Sightings,
  reader: Reader,
): Conversation {
  // What becomes of a message is not the question here.
  const send = (message: unknown): void => void session.send(message).catch(() => {});
  session.on('disconnect', ({ cause, evidence }) => sightings.note(link, cause, evidence));
  if (link.load === 'busy') {
    const chatter = setInterval(() => send(MORSEL), CHATTER_MS);
    session.on('end', () => clearInterval(chatter));
  }
  return {
    stopReading: () => reader.stop(),
    flood: () => {
      for (let sent = 0; sent < FLOOD_BYTES; sent += PART_BYTES) send(new Uint8Array(PART_BYTES));
    },
    close: () => void session.close(),
  };
}
