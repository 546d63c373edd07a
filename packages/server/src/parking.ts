/** The sessions whose connection is lost and which may be resumed: for how long, how many, how large. */

import type { Alarm, AlarmOwner, Clock, Instant } from '@systole/core';
import { MIN_STALL_MS } from '@systole/core';
import type { IdentityKey } from './identity-key.ts';
import { Line } from './line.ts';
import type { ParkingLimits } from './options.ts';

/** Which limit was passed: `maxParkedSessions`, `maxParkedBytes` or `maxParkedPerIdentity`. */
export type ParkingBound = 'sessions' | 'bytes' | 'identity';

/** Hears of sessions that cannot be resumed any more; they have left when it hears it. It must not throw. */
export interface ParkingHost<Parked> {
  /** A bound was passed, and this was the longest parked; or it alone is more than `maxParkedBytes`. */
  evict(session: Parked, bound: ParkingBound): void;
  /** Its deadline has passed. */
  expire(session: Parked): void;
}

/** What the parking must know of a session. */
export interface Stay {
  /** Sessions with the same key share a bound; undefined: with nobody. */
  readonly identity: IdentityKey | undefined;
  /** What the session holds, in bytes. */
  readonly bytes: number;
  /** Until then it may be resumed. */
  readonly deadline: Instant;
}

/** A session that is parked. */
interface Place<Parked> {
  readonly session: Parked;
  readonly identity: IdentityKey | undefined;
  readonly deadline: Instant;
  bytes: number;
  ahead: Place<Parked> | undefined;
  behind: Place<Parked> | undefined;
}

/**
 * How long a sweep rests, and how much longer than to its deadline a session may be kept. A look at all of them once a second takes
 * a third of a millisecond for 10,000. It is simpler than a heap, and smaller than an alarm for each: deadlines come in no order, as the
 * window is the smaller of both ends', and nearly all sessions leave long before theirs.
 */
const SWEEP_MS = 1_000;

/** Sessions that expire in one turn, so that the end of thousands that were lost at once leaves room for the living. */
const MAX_EXPIRED_AT_ONCE = 256;

/** See the head of the file. Of those who are parked, the longest parked goes first. */
export class Parking<Parked> implements AlarmOwner {
  readonly #alarm: Alarm;
  readonly #limits: ParkingLimits;
  readonly #host: ParkingHost<Parked>;
  readonly #places = new Map<Parked, Place<Parked>>();
  /** The longest parked is the first. */
  readonly #line = new Line<Place<Parked>>();
  /** Of each identity, in the order of the line. */
  readonly #rows = new Map<IdentityKey, Place<Parked>[]>();
  #bytes = 0;
  /** What the alarm is set for. */
  #wakeAt: Instant = Number.POSITIVE_INFINITY;
  #restUntil: Instant = Number.NEGATIVE_INFINITY;
  #isExcused = false;

  constructor(clock: Clock, limits: ParkingLimits, host: ParkingHost<Parked>) {
    this.#alarm = clock.alarm(this);
    this.#limits = limits;
    this.#host = host;
  }

  /** Sessions that are parked. */
  get size(): number {
    return this.#places.size;
  }

  /** What they hold together. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Keeps a session. Parked already, it is parked anew. The host may hear of evictions, even of its own, before this returns. */
  park(session: Parked, { identity, bytes, deadline }: Stay): void {
    this.leave(session);
    const place: Place<Parked> = { session, identity, deadline, bytes, ahead: undefined, behind: undefined };
    this.#places.set(session, place);
    this.#line.join(place);
    this.#bytes += bytes;
    this.#wakeBy(deadline);
    if (identity !== undefined) this.#joinRow(identity, place);
    this.#evictExcess(place);
  }

  /** What a session holds has changed; one that is not parked is none of our business. */
  update(session: Parked, bytes: number): void {
    const place = this.#places.get(session);
    if (place === undefined) return;
    this.#bytes += bytes - place.bytes;
    place.bytes = bytes;
    this.#evictExcess(place);
  }

  /** Lets a session go, be it resumed or ended; false if it was not parked. */
  leave(session: Parked): boolean {
    const place = this.#places.get(session);
    if (place === undefined) return false;
    this.#places.delete(session);
    this.#line.leave(place);
    this.#bytes -= place.bytes;
    if (place.identity !== undefined) this.#leaveRow(place.identity, place);
    if (this.size === 0) {
      this.#alarm.clear();
      this.#wakeAt = Number.POSITIVE_INFINITY;
      this.#isExcused = false;
    }
    return true;
  }

  handleAlarm(now: Instant): void {
    const isLate = now - this.#wakeAt > MIN_STALL_MS;
    this.#wakeAt = Number.POSITIVE_INFINITY;
    // Our own process did not run (L5): who knocked at the door meanwhile has a moment to come in.
    this.#isExcused = isLate && !this.#isExcused;
    if (!this.#isExcused) return this.#sweep(now);
    this.#restUntil = now + SWEEP_MS;
    this.#wakeBy(now);
  }

  /** Arms before it tells: what the host does may park sessions, or let them go. */
  #sweep(now: Instant): void {
    const due: Place<Parked>[] = [];
    let nearest = Number.POSITIVE_INFINITY;
    for (let place = this.#line.first; place !== undefined; place = place.behind) {
      if (place.deadline <= now && due.length < MAX_EXPIRED_AT_ONCE) due.push(place);
      else nearest = Math.min(nearest, place.deadline);
    }
    if (nearest > now) this.#restUntil = now + SWEEP_MS;
    this.#wakeBy(Math.max(nearest, now));
    for (const place of due) {
      const { session } = place;
      if (this.#places.get(session) !== place) continue;
      this.leave(session);
      this.#host.expire(session);
    }
  }

  #wakeBy(deadline: Instant): void {
    const wakeAt = Math.max(deadline, this.#restUntil);
    if (wakeAt >= this.#wakeAt) return;
    this.#wakeAt = wakeAt;
    this.#alarm.set(wakeAt);
  }

  /** Goes through the bounds, of which one may be passed after this place was taken or has grown. */
  #evictExcess(place: Place<Parked>): void {
    const { maxParkedSessions, maxParkedBytes, maxParkedPerIdentity } = this.#limits;
    // It would drive out everybody else, and then go all the same.
    if (place.bytes > maxParkedBytes) return this.#evict(place, 'bytes');
    const row = place.identity === undefined ? undefined : this.#rows.get(place.identity);
    if (row !== undefined && row.length > maxParkedPerIdentity) this.#evict(row[0], 'identity');
    if (this.size > maxParkedSessions) this.#evict(this.#line.first, 'sessions');
    while (this.#bytes > maxParkedBytes && this.size > 0) this.#evict(this.#line.first, 'bytes');
  }

  #evict(place: Place<Parked> | undefined, bound: ParkingBound): void {
    if (place !== undefined && this.leave(place.session)) this.#host.evict(place.session, bound);
  }

  #joinRow(identity: IdentityKey, place: Place<Parked>): void {
    const row = this.#rows.get(identity);
    if (row === undefined) this.#rows.set(identity, [place]);
    else row.push(place);
  }

  #leaveRow(identity: IdentityKey, place: Place<Parked>): void {
    const row = this.#rows.get(identity) ?? [];
    row.splice(row.indexOf(place), 1); // no longer than maxParkedPerIdentity
    if (row.length === 0) this.#rows.delete(identity);
  }
}
