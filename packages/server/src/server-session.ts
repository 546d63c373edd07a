/** A session at the server's end: it has one connection, and lives as long. */

import { randomUUID } from 'node:crypto';
import type {
  Alarm,
  AlarmOwner,
  Connection,
  Ending,
  Hello,
  Instant,
  MessageHandler,
  Session,
  SessionConfig,
  SessionParts,
} from '@systole/core';
import { LiveSession } from '@systole/core';
import { BOOT_ID } from '@systole/core/node';

/** Hears of the sessions of a server. */
export interface SessionHost {
  /** Before the session tells `connect`. */
  handleSession(session: Session): void;
  handleSessionEnd(session: Session): void;
}

/** A peer that is let in. */
export interface Guest {
  readonly hello: Hello;
  readonly address: string;
  /** What `authenticate` has returned. */
  readonly identity: unknown;
}

/** Up to so much of the maximal age is taken off at random: those who came together do not leave together. */
const AGE_JITTER = 0.1;

/** See the head of the file. */
export class ServerSession extends LiveSession implements AlarmOwner {
  readonly #host: SessionHost;
  #identity: unknown;
  readonly #retireAt: Instant = Number.POSITIVE_INFINITY;
  readonly #retirement: Alarm | undefined;

  constructor(
    parts: SessionParts,
    config: SessionConfig,
    handler: MessageHandler | undefined,
    host: SessionHost,
    maxAgeMs: number | undefined,
  ) {
    super(parts, config, handler);
    this.#host = host;
    if (maxAgeMs === undefined) return;
    this.#retireAt = parts.clock.now() + maxAgeMs * (1 - AGE_JITTER * parts.random());
    this.#retirement = parts.clock.alarm(this);
  }

  override get identity(): unknown {
    return this.#identity;
  }

  /** Takes over a connection whose HELLO has come. */
  welcome(
    connection: Connection,
    { hello: { epoch }, address, identity }: Guest,
    metadata: SessionConfig['metadata'],
  ): void {
    const session = randomUUID();
    this.#identity = identity;
    this.identify(session);
    this.attach(connection, epoch, address);
    // No token: this server does not resume sessions yet, and says so.
    connection.accept(this, { session, token: '', boot: BOOT_ID, epoch, received: 0, handled: 0, metadata });
  }

  /** The connection has reached its age; or the system has slept, and it may not have yet. */
  handleAlarm(now: Instant): void {
    if (now < this.#retireAt) return this.#retirement?.set(this.#retireAt);
    if (this.isClosing) return; // it leaves already, and has been given its time for that
    const reason = 'the connection has reached its maximal age';
    void this.sayGoodbye({ scope: 'connection', code: 'going-away', retryAfterMs: 0, spreadMs: 0, reason });
  }

  protected override beforeConnect(): void {
    this.#retirement?.set(this.#retireAt);
    this.#host.handleSession(this);
  }

  protected override afterConnection(ending: Ending): void {
    this.#retirement?.clear();
    this.#host.handleSessionEnd(this);
    this.endSession(ending);
  }
}
