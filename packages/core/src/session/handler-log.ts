/** The log of messages that our handler has not handled: the sender is told, if it asked, and whoever has the bug reads this. */

import type { Clock } from '../words/clock.ts';
import type { Logger } from '../words/logger.ts';
import { FloodLog } from './flood-log.ts';

/** Whose log it is. */
export interface HandlerLogHost {
  readonly clock: Clock;
  /** Names the session and the peer. */
  readonly logger: Logger;
}

/** Why a message has not been handled. */
export interface Unhandled {
  /** As the sender is told: `failed`, the code of the error, or `no-handler`, `undecodable`, `unencodable-result`, `result-too-large`. */
  readonly code: string;
  /** What was thrown, or a text where nothing was. */
  readonly err: unknown;
}

/** See the head of the file. How many messages come is the peer's choice, so it takes at most one line a second. */
export class HandlerLog {
  readonly #host: HandlerLogHost;
  /** Most handlers never fail. */
  #flood: FloodLog<Unhandled> | undefined;

  constructor(host: HandlerLogHost) {
    this.#host = host;
  }

  add(unhandled: Unhandled): void {
    this.#flood ??= new FloodLog(this.#host.clock, (last, count) => {
      this.#host.logger.warn({ ...last, count }, 'message not handled');
    });
    this.#flood.add(unhandled);
  }

  /** Writes what is left. */
  finish(): void {
    this.#flood?.finish();
  }
}
