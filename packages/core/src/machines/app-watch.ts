/** Does the peer's application move? Rule L11 of docs/LIVENESS.md, in which the table of this machine stands. No I/O. */

import type { Instant, Stall } from '../words/clock.ts';

/** What is known of the work that the peer's application owes us. */
export interface Work {
  /** Messages that were sent, and have no outcome yet. */
  readonly owed: number;
  /** Another number whenever the application has shown that it moves. */
  readonly steps: number;
  /** Whether the peer is known to have the first of them. */
  readonly hasArrived: boolean;
}

/** Work that stands still. */
export interface Standstill {
  /** Messages that were sent, and have no outcome yet. */
  readonly owed: number;
  /** Milliseconds since the application has moved, or since the first of them was sent. */
  readonly forMs: number;
}

/**
 * - `resting`: nothing is owed, or there is no connection.
 * - `waiting`: work is owed; it has moved within the timeout, or may not have arrived.
 * - `asking`: it stands; the peer is asked whether its loop turns.
 * - `confirming`: its PONG has come; one poll phase decides.
 * - `stalled`: it was told; nothing more until it moves.
 */
export type AppWatchState = 'resting' | 'waiting' | 'asking' | 'confirming' | 'stalled';

/** What the machine wants done, in this order. A drain ends with exactly one `wait`. */
export type AppWatchOutput =
  /** Send a PING. */
  | { readonly type: 'ask' }
  /** Let one poll phase pass, then call {@link AppWatch.handlePolled}. */
  | { readonly type: 'confirm' }
  | { readonly type: 'stalled'; readonly standstill: Standstill }
  /** Call {@link AppWatch.handleTimeout} then; undefined if no time will change anything. */
  | { readonly type: 'wait'; readonly until: Instant | undefined };

/** Of the timeout: when a peer is asked of which it is not known that it has the work; the ACK comes with its PONG. */
const ARRIVAL_SHARE = 1 / 4;

/**
 * Of the timeout: for so long the peer must be known to have had the work, or an outage of the network would be its
 * application's; and for so long we must have run again behind a stall of our own, as the peer may have been stopped with us.
 */
const GRACE_SHARE = 1 / 2;

/**
 * One end's look at the application of the other, over the connections of one session. The PONG that it asks for proves two
 * things: the peer's loop turns, and whatever the peer had sent before is here, as bytes come in order. So an answer that
 * waits in our own socket, because *we* did not run, is always seen before the peer is blamed.
 */
export class AppWatch {
  readonly #timeoutMs: number;
  #state: AppWatchState = 'resting';
  #outputs: AppWatchOutput[] = [];
  /** As far as time has come: it never runs backwards (L13). */
  #latestAt: Instant = Number.NEGATIVE_INFINITY;
  #work: Work = { owed: 0, steps: 0, hasArrived: false };

  // The standstill under way. Meaningful from `waiting` on.
  #since: Instant = 0;
  #arrivedAt: Instant | undefined;
  #isArrivalAsked = false;
  #excusedAt: Instant = Number.NEGATIVE_INFINITY;
  #excuseLeftMs = 0;
  /** The end of what is excused. */
  #notBefore: Instant = 0;

  /** `timeoutMs`: for how long work may stand still. */
  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  get state(): AppWatchState {
    return this.#state;
  }

  /** Something may have been sent, or answered. */
  handleWork(work: Work, time: Instant): void {
    const now = this.#held(time);
    const hasMoved = work.steps !== this.#work.steps;
    this.#work = work;
    if (work.owed === 0) this.#state = 'resting';
    else if (this.#state === 'resting' || hasMoved) this.#begin(now);
    if (work.hasArrived) this.#arrivedAt ??= now;
  }

  /** Time has come to what `wait` asked for. Early and repeated calls change nothing, so that timers may be lazy. */
  handleTimeout(time: Instant, stall?: Stall): void {
    const now = this.#held(time);
    if (now < this.#dueAt) return;
    if (this.#arrivedAt === undefined) this.#isArrivalAsked = true;
    else if (this.#isExcused(now, stall)) return;
    else this.#state = 'asking';
    this.#outputs.push({ type: 'ask' });
  }

  /** The newest PING was answered: the peer's loop turns. */
  handlePong(): void {
    if (this.#state !== 'asking') return;
    this.#state = 'confirming';
    this.#outputs.push({ type: 'confirm' });
  }

  /** One poll phase has passed since `confirm`: an answer right behind the PONG has been seen. */
  handlePolled(time: Instant): void {
    if (this.#state !== 'confirming') return;
    this.#state = 'stalled';
    const forMs = this.#held(time) - this.#since;
    this.#outputs.push({ type: 'stalled', standstill: { owed: this.#work.owed, forMs } });
  }

  /** The connection is gone: nobody can move. On the next one the time begins anew. */
  handleLost(): void {
    this.#state = 'resting';
  }

  /** The next thing to do. Ends each drain with `wait`. */
  poll(): AppWatchOutput {
    const output = this.#outputs.shift();
    if (output !== undefined) return output;
    return { type: 'wait', until: this.#dueAt === Number.POSITIVE_INFINITY ? undefined : this.#dueAt };
  }

  #begin(now: Instant): void {
    this.#state = 'waiting';
    this.#since = now;
    this.#arrivedAt = undefined;
    this.#isArrivalAsked = false;
    this.#excusedAt = now;
    this.#excuseLeftMs = this.#timeoutMs;
    this.#notBefore = now;
  }

  /** When time will next change something. */
  get #dueAt(): Instant {
    if (this.#state !== 'waiting') return Number.POSITIVE_INFINITY;
    if (this.#arrivedAt === undefined) {
      return this.#isArrivalAsked ? Number.POSITIVE_INFINITY : this.#since + this.#timeoutMs * ARRIVAL_SHARE;
    }
    const graceEndsAt = this.#arrivedAt + this.#timeoutMs * GRACE_SHARE;
    return Math.max(this.#since + this.#timeoutMs, graceEndsAt, this.#notBefore);
  }

  /** Behind a stall there is a respite, and in all at most the timeout in one standstill: endless stalls hide nothing (L5). */
  #isExcused(now: Instant, stall: Stall | undefined): boolean {
    if (stall === undefined || stall.endedAt <= this.#excusedAt) return false;
    this.#excusedAt = stall.endedAt;
    const respiteMs = Math.min(stall.endedAt + this.#timeoutMs * GRACE_SHARE - now, this.#excuseLeftMs);
    if (respiteMs <= 0) return false;
    this.#excuseLeftMs -= respiteMs;
    this.#notBefore = now + respiteMs;
    return true;
  }

  #held(now: Instant): Instant {
    if (now > this.#latestAt) this.#latestAt = now;
    return this.#latestAt;
  }
}
