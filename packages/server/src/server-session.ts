/** A session at the server's end: it has one connection, and lives as long. */

import { randomUUID } from 'node:crypto';
import type { Connection, Ending, Hello, MessageHandler, Session, SessionConfig, SessionParts } from '@systole/core';
import { LiveSession } from '@systole/core';
import { BOOT_ID } from '@systole/core/node';

/** Hears of the sessions of a server. */
export interface SessionHost {
  /** Before the session tells `connect`. */
  handleSession(session: Session): void;
  handleSessionEnd(session: Session): void;
}

/** See the head of the file. */
export class ServerSession extends LiveSession {
  readonly #host: SessionHost;

  constructor(parts: SessionParts, config: SessionConfig, handler: MessageHandler | undefined, host: SessionHost) {
    super(parts, config, handler);
    this.#host = host;
  }

  /** Takes over a connection whose HELLO has come. */
  welcome(connection: Connection, { epoch }: Hello, address: string, metadata: SessionConfig['metadata']): void {
    const session = randomUUID();
    this.identify(session);
    this.attach(connection, epoch, address);
    // No token: this server does not resume sessions yet, and says so.
    connection.accept(this, { session, token: '', boot: BOOT_ID, epoch, received: 0, handled: 0, metadata });
  }

  protected override beforeConnect(): void {
    this.#host.handleSession(this);
  }

  protected override afterConnection(ending: Ending): void {
    this.#host.handleSessionEnd(this);
    this.endSession(ending);
  }
}
