/** A session at the server's end: one connection after another, and between them it is parked. */

import { randomUUID } from 'node:crypto';
import type {
  Alarm,
  AlarmOwner,
  Cause,
  CloseFrame,
  Connection,
  DeliveryFrame,
  Ending,
  Hello,
  Instant,
  LivenessTiding,
  MessageHandler,
  PongFrame,
  SessionConfig,
} from '@systole/core';
import type { SessionParts } from '@systole/core/internal';
import { BOOT_ID, LiveSession } from '@systole/core/internal';
import { FlapLimiter } from './flap-limiter.ts';
import type { Seat } from './headcount.ts';
import type { IdentityKey } from './identity-key.ts';
import type { Identified } from './judge.ts';
import { ResumeToken } from './resume-token.ts';

/** Hears of the sessions of a server. */
export interface SessionHost {
  /** After so many milliseconds a connection is to leave; undefined: never. */
  readonly maxConnectionAgeMs: number | undefined;
  /** Before the session tells its first `connect`. */
  handleSession(session: ServerSession): void;
  /** Its connection is lost; true if it is kept until the deadline. */
  handleLost(session: ServerSession, deadline: Instant): boolean;
  /** It holds more than before, or less, while it is parked. */
  handleIdleChange(session: ServerSession): void;
  handleSessionEnd(session: ServerSession): void;
}

/** A peer that is let in. */
export interface Guest extends Identified {
  readonly hello: Hello;
  readonly address: string;
  /** Where its connection counts for that address. */
  readonly seat: Seat | undefined;
}

/** Up to so much of the maximal age is taken off at random: those who came together do not leave together. */
const AGE_JITTER = 0.1;

/** After these nobody goes on: the peer's state cannot be trusted, or the peer has refused our terms and does not come back. */
const FINAL: ReadonlySet<Cause> = new Set<Cause>(['protocol-error', 'too-many-pings', 'rejected']);

/** When a connection is to leave for its age. */
interface Retirement {
  readonly alarm: Alarm;
  readonly at: Instant;
}

/** See the head of the file. */
export class ServerSession extends LiveSession implements AlarmOwner {
  readonly #host: SessionHost;
  #identity: unknown;
  #identityKey: IdentityKey | undefined;
  readonly #token = new ResumeToken();
  #flaps: FlapLimiter | undefined;
  /** The present connection's. */
  #seat: Seat | undefined;
  /** For how long it is kept without a connection, as both ends have agreed; 0 if it is not. */
  #windowMs = 0;
  #lost: Ending | undefined;
  #wasTold = false;
  /** Whether another connection is about to go on with it. */
  #isHandingOver = false;
  /** Whether another session of its identity has taken its place. */
  #isReplaced = false;
  /** Where connections have a maximal age. */
  #retirement: Retirement | undefined;

  constructor(parts: SessionParts, config: SessionConfig, handler: MessageHandler | undefined, host: SessionHost) {
    super(parts, config, handler);
    this.#host = host;
    this.identify(randomUUID());
  }

  override get identity(): unknown {
    return this.#identity;
  }

  /** What sessions of one identity have in common. */
  get identityKey(): IdentityKey | undefined {
    return this.#identityKey;
  }

  /** Where its connection counts for its address; undefined if it has none. */
  get seat(): Seat | undefined {
    return this.#seat;
  }

  /** Whether the guest may go on with it: it has the token, and is who it was. */
  isOf({ hello, key }: Guest): boolean {
    return this.#token.matches(hello.token) && key === this.#identityKey;
  }

  /** Whether it has a connection; if not, it is parked, or over. */
  get isAttached(): boolean {
    return this.hasConnection;
  }

  /** 0 if it may change its connection now, else the milliseconds after which it may. */
  takeTurn(now: Instant): number {
    this.#flaps ??= new FlapLimiter();
    return this.#flaps.take(now);
  }

  /** Takes over a connection whose HELLO has come: its first one, or one that goes on where the last was lost. */
  welcome(connection: Connection, { hello, address, seat, identity, key }: Guest): void {
    const { epoch } = hello;
    this.#seat = seat;
    this.#identity = identity;
    this.#identityKey = key;
    this.#windowMs = Math.min(this.config.resumeWindowMs, hello.resumeMs);
    const token = this.#windowMs === 0 ? '' : this.#token.issue(hello.token);
    this.attach(connection, epoch, address);
    const { metadata } = this.config;
    connection.accept(this, { session: this.id, token, boot: BOOT_ID, epoch, ...this.stand(), metadata });
  }

  /** Lets go of its connection, if it still has one, for another to come. */
  handOver({ hello: { boot } }: Guest): void {
    this.#isHandingOver = true;
    this.supersede(boot);
    this.#isHandingOver = false;
  }

  /** Ends it, parked or not, as another session of its identity takes its place: of the process with this boot id. */
  giveWay(boot: string): void {
    this.#isReplaced = true;
    if (this.hasConnection) this.supersede(boot, 'session');
    else if (this.#lost !== undefined) {
      this.endSession({ cause: 'superseded', evidence: { ...this.#lost.evidence, detail: boot } });
    }
  }

  /** Nobody has come back in time, or there is no room to wait any longer. */
  expire(): void {
    if (this.#lost !== undefined) this.endSession(this.#lost);
  }

  /** The connection has reached its age; or the system has slept, and it may not have yet. */
  handleAlarm(now: Instant): void {
    const { alarm, at } = this.#retirement ?? {};
    if (at !== undefined && now < at) return alarm?.set(at);
    if (this.isClosing) return; // it leaves already, and has been given its time for that
    const reason = 'the connection has reached its maximal age';
    this.beginGoodbye({ scope: 'connection', code: 'going-away', retryAfterMs: 0, spreadMs: 0, reason });
  }

  // Whatever the client sends behind WELCOME shows that it has the newest token.

  override handleFrame(frame: DeliveryFrame): void {
    this.#token.confirm();
    super.handleFrame(frame);
  }

  override handleGoodbye(frame: CloseFrame): void {
    this.#token.confirm();
    super.handleGoodbye(frame);
  }

  override pong(number: number): PongFrame | undefined {
    this.#token.confirm();
    return super.pong(number);
  }

  override handleTiding(tiding: LivenessTiding): void {
    if (tiding.type === 'pong') this.#token.confirm();
    super.handleTiding(tiding);
  }

  protected override beforeConnect(): void {
    this.#lost = undefined;
    const { maxConnectionAgeMs } = this.#host;
    if (maxConnectionAgeMs !== undefined) this.#retireWithin(maxConnectionAgeMs);
    if (this.#wasTold) return;
    this.#wasTold = true;
    this.#host.handleSession(this);
  }

  #retireWithin(maxAgeMs: number): void {
    const alarm = this.#retirement?.alarm ?? this.clock.alarm(this);
    const at = this.clock.now() + maxAgeMs * (1 - AGE_JITTER * this.random());
    this.#retirement = { alarm, at };
    alarm.set(at);
  }

  protected override handleIdleChange(): void {
    this.#host.handleIdleChange(this);
  }

  protected override afterConnection(ending: Ending): void {
    this.#seat?.leave();
    this.#seat = undefined;
    this.#retirement?.alarm.clear();
    this.#lost = ending;
    // A session that is closing is not handed on: its goodbye was for the old connection, and would reach nobody.
    if (this.#isHandingOver && !this.isClosing) return;
    const windowMs = this.#windowMs;
    const isOver = this.isClosing || windowMs === 0 || !this.#wasTold || FINAL.has(ending.cause);
    if (isOver || this.#isReplaced || !this.#host.handleLost(this, this.clock.now() + windowMs))
      this.endSession(ending);
    else this.logStep({ windowMs }, 'session waits for its client');
  }

  protected override endSession(ending: Pick<Ending, 'cause' | 'evidence'>): void {
    this.#host.handleSessionEnd(this);
    super.endSession(ending);
  }
}
