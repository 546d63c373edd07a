/** The sessions of a server: those with a connection, and those that wait to be resumed. */

import type { Clock, Instant, Logger } from '@systole/core';
import { ConnectRate } from './connect-rate.ts';
import type { IdentityKey } from './identity-key.ts';
import type { Dismissal } from './judge.ts';
import type { IdentityLimits, ParkingLimits } from './options.ts';
import type { ParkingBound, ParkingHost } from './parking.ts';
import { Parking } from './parking.ts';
import type { Guest, ServerSession } from './server-session.ts';

/** Whom the registry works for. */
export interface RegistryHost {
  /** A session was ended to make room for others. */
  handleEvicted(session: ServerSession, bound: ParkingBound): void;
}

/** Whoever is told to come back later than it wanted spreads over so much time. */
const FLAP_SPREAD_MS = 1_000;

/** Of one identity they may be a whole fleet. */
const RATE_SPREAD_MS = 10_000;

/** See the head of the file. */
export class Registry implements ParkingHost<ServerSession> {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #host: RegistryHost;
  readonly #all = new Set<ServerSession>();
  readonly #byId = new Map<string, ServerSession>();
  /** Only where an identity has one session at most. */
  readonly #byIdentity: Map<IdentityKey, ServerSession> | undefined;
  readonly #rate: ConnectRate;
  readonly #parking: Parking<ServerSession>;

  constructor(clock: Clock, logger: Logger, limits: ParkingLimits & IdentityLimits, host: RegistryHost) {
    this.#clock = clock;
    this.#logger = logger;
    this.#host = host;
    this.#byIdentity = limits.oneSessionPerIdentity ? new Map() : undefined;
    this.#rate = new ConnectRate(limits.maxConnectsPerIdentity);
    this.#parking = new Parking(clock, limits, this);
  }

  /** All that have not ended. */
  get all(): ReadonlySet<ServerSession> {
    return this.#all;
  }

  /** Those that have a connection. */
  get connected(): number {
    return this.#all.size - this.#parking.size;
  }

  /** Those that wait to be resumed. */
  get parked(): number {
    return this.#parking.size;
  }

  add(session: ServerSession): void {
    this.#all.add(session);
    this.#byId.set(session.id, session);
    const { identityKey: key } = session;
    if (key !== undefined) this.#byIdentity?.set(key, session);
  }

  delete(session: ServerSession): void {
    this.#parking.leave(session);
    this.#all.delete(session);
    this.#byId.delete(session.id);
    const { identityKey: key } = session;
    if (key !== undefined && this.#byIdentity?.get(key) === session) this.#byIdentity.delete(key);
  }

  /** Where an identity has one session at most, ends the one that the guest has had: a new one is about to begin. */
  makeWay({ key, hello }: Guest): void {
    if (key !== undefined) this.#byIdentity?.get(key)?.giveWay(hello.boot);
  }

  /** Its connection is lost; until the deadline another one may go on with it. */
  park(session: ServerSession, deadline: Instant): void {
    this.#parking.park(session, { identity: session.identityKey, bytes: session.cost, deadline });
  }

  /** A parked session holds more than before, or less. */
  update(session: ServerSession): void {
    this.#parking.update(session, session.cost);
  }

  /** Whether the session of this name has a connection now, whose place a newer one would take. Says nothing of whose it is. */
  isAttached(id: string): boolean {
    return this.#byId.get(id)?.isAttached === true;
  }

  /** The session which the peer may go on with, undefined if it has to begin a new one, or why it can have neither. */
  find(guest: Guest): ServerSession | Dismissal | undefined {
    const { hello } = guest;
    const known = this.#byId.get(hello.session);
    const session = known?.isOf(guest) === true ? known : undefined;
    const obstacle = session === undefined ? undefined : this.#findObstacle(session, guest);
    const dismissal = obstacle ?? this.#slowDown(guest);
    if (dismissal !== undefined) return dismissal;
    if (session === undefined && hello.session !== '') this.#logUnresumed(guest, known !== undefined);
    return session;
  }

  /** Not of those who come too often: they are told of as rejected, in lines that are summed up. */
  #logUnresumed({ hello, address }: Guest, isKnown: boolean): void {
    // The peer is not told which of the two it is: who guesses learns nothing.
    const reason = isKnown ? 'the token or the identity is another' : 'there is no such session';
    this.#logger.info({ address, session: hello.session, reason }, 'session not resumed');
  }

  #findObstacle(session: ServerSession, { hello }: Guest): Dismissal | undefined {
    if (hello.epoch <= session.epoch) {
      const detail = `epoch ${hello.epoch} came behind epoch ${session.epoch}`;
      return { close: { code: 'superseded', reason: session.peer?.boot ?? '' }, end: { cause: 'superseded', detail } };
    }
    const gap = session.findGap(hello);
    if (gap !== undefined) {
      const reason = `the session cannot be resumed from ${gap}`;
      return { close: { code: 'protocol-error', reason }, end: { cause: 'protocol-error' } };
    }
    const retryAfterMs = session.takeTurn(this.#clock.now());
    if (retryAfterMs === 0) return undefined;
    const reason = 'the session changes its connection too often';
    return { close: { code: 'going-away', reason, retryAfterMs, spreadMs: FLAP_SPREAD_MS }, end: { code: 'flapping' } };
  }

  /** Whoever gets by here is let in, and counts. */
  #slowDown({ key }: Guest): Dismissal | undefined {
    const retryAfterMs = key === undefined ? 0 : this.#rate.take(key, this.#clock.now());
    if (retryAfterMs === 0) return undefined;
    const reason = 'the identity connects too often';
    const close = { code: 'going-away', reason, retryAfterMs, spreadMs: RATE_SPREAD_MS } as const;
    return { close, end: { code: 'maxConnectsPerIdentity' } };
  }

  /** Takes it out of the parking: a connection goes on with it. */
  reclaim(session: ServerSession): void {
    this.#parking.leave(session);
  }

  // What the parking tells.

  evict(session: ServerSession, bound: ParkingBound): void {
    this.#host.handleEvicted(session, bound);
    session.expire();
  }

  expire(session: ServerSession): void {
    session.expire();
  }
}
