/** The log of messages that our handler has not handled: the sender is told, if it asked, and whoever has the bug reads this. */

import { textOf } from '../rules/text-of.ts';
import type { Clock } from '../words/clock.ts';
import type { Logger } from '../words/logger.ts';
import { rethrowLater } from './emitter.ts';
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

/** What needs no bug of ours: whoever connects can send it, and connect again for another line, so nobody reads of it who does not look. */
const OF_THE_PEER: ReadonlySet<string> = new Set(['no-handler', 'undecodable']);

/** See the head of the file. How many messages come is the peer's choice, so a session takes at most one line a second. */
export class HandlerLog {
  readonly #host: HandlerLogHost;
  /** Most handlers never fail. */
  #flood: FloodLog<Unhandled> | undefined;

  constructor(host: HandlerLogHost) {
    this.#host = host;
  }

  add(unhandled: Unhandled): void {
    this.#flood ??= new FloodLog(this.#host.clock, (last, count) => this.#write(last, count));
    this.#flood.add(unhandled);
  }

  /** What cannot be written, such as an error that is frozen or whose getter throws, keeps no message from its answer (D1). */
  #write(last: Unhandled, count: number): void {
    const { logger } = this.#host;
    const level = OF_THE_PEER.has(last.code) ? 'debug' : 'warn';
    try {
      logger[level]({ ...last, count }, 'message not handled');
    } catch {
      try {
        logger[level]({ ...last, err: textOf(last.err), count }, 'message not handled');
      } catch (error) {
        rethrowLater(error);
      }
    }
  }

  /** Writes what is left. */
  finish(): void {
    this.#flood?.finish();
  }
}
