/** How the events of a session are logged: fixed lowercase phrases, data in fields. */

import type { Logger } from '../words/logger.ts';
import type { SessionEvents } from './api.ts';

type Name = keyof SessionEvents;

const LEVELS: Readonly<Record<Name, 'debug' | 'info' | 'warn'>> = {
  connect: 'info',
  suspect: 'warn',
  alive: 'info',
  dead: 'warn',
  disconnect: 'info',
  reconnecting: 'info',
  drain: 'debug',
  end: 'info',
};

const MESSAGES: Readonly<Record<Name, string>> = {
  connect: 'connected',
  suspect: 'peer suspected',
  alive: 'peer alive again',
  dead: 'peer judged dead',
  disconnect: 'disconnected',
  reconnecting: 'reconnecting',
  drain: 'queue drained',
  end: 'session ended',
};

/** One session's log: a child of the logger, made when there is first something to say. */
export class SessionLog {
  readonly #parent: Logger;
  #logger: Logger | undefined;

  constructor(parent: Logger) {
    this.#parent = parent;
  }

  /** `bindings` are looked at for the first line only. */
  write(name: Name, payload: object, bindings: () => Record<string, unknown>): void {
    const level = LEVELS[name];
    if (this.#parent.isLevelEnabled?.(level) === false) return;
    this.#logger ??= this.#parent.child(bindings());
    this.#logger[level](payload, MESSAGES[name]);
  }
}
