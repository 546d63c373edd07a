/** Writes down all that both ends tell anybody, in order to look for what nobody is to be told. */

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { inspect } from 'node:util';
import type { Client } from '@systole/client';
import { CHANNELS } from '@systole/core/node';
import type { Server, Session } from '@systole/server';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { SESSION_EVENTS } from './pair.ts';

const EVERYTHING = { depth: null, showHidden: true, maxStringLength: null, maxArrayLength: null } as const;

/** See the head of the file. */
export class Witness {
  readonly #told: string[] = [];
  /** Pino, at the level `trace`. */
  readonly logger = pino({ level: 'trace' }, { write: (line: string) => void this.#told.push(line) });

  constructor() {
    for (const name of Object.values(CHANNELS)) {
      const listener = (message: unknown): void => this.note(message);
      subscribe(name, listener);
      onTestFinished(() => void unsubscribe(name, listener));
    }
  }

  /** Anything that a user may be given: as people print it, and as programs store it. */
  note(what: unknown): void {
    this.#told.push(inspect(what, EVERYTHING));
    if (!(what instanceof Error)) return;
    this.#told.push(what.message, String(what.stack), JSON.stringify({ ...what }));
    if (what.cause !== undefined) this.note(what.cause);
    this.logger.error({ err: what }, 'as users log it');
  }

  /** What a call throws, or its promise rejects with. */
  async noteErrorOf(call: () => unknown): Promise<void> {
    try {
      await call();
    } catch (error) {
      return this.note(error);
    }
    throw new Error('nothing was thrown');
  }

  watchSession(session: Session): void {
    for (const name of SESSION_EVENTS) session.on(name, (payload) => this.#noteEvent(session, payload));
  }

  watchServer(server: Server): void {
    server.on('session', (session) => {
      this.watchSession(session);
      this.note(session);
    });
    for (const name of ['rejected', 'evicted', 'stall'] as const) {
      server.on(name, (payload: object) => this.#noteEvent(server, payload));
    }
  }

  #noteEvent(teller: Pick<Session | Server | Client, 'inspect'>, payload: object): void {
    this.note(payload);
    this.note(teller);
    this.note(teller.inspect());
    this.#told.push(JSON.stringify(teller.inspect()));
  }

  /** Which of these texts were told, and where. */
  find(...texts: readonly string[]): string[] {
    return this.#told.filter((told) => texts.some((text) => told.includes(text)));
  }
}
