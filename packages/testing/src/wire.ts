/** One direction of a simulated network path, as TCP makes use of it: in order, and again and again. */

import type { Instant } from '@systole/core';
import type { Timeline } from './timeline.ts';

/**
 * What is lost is sent again for the first time after this long: Linux's tail-loss probe or its smallest timeout,
 * measured.
 */
const FIRST_RETRANSMISSION_MS = 210;

/** Linux never waits longer than this between two retransmissions. */
const MAX_BACKOFF_MS = 120_000;

/** Linux with its default of 15 retransmissions gives up after this long. */
const GIVE_UP_MS = 924_600;

/**
 * Carries things to the other side, in order, each after the latency of its moment.
 *
 * While the wire is cut nothing arrives any more, but for what was on its way. What is sent meanwhile is not lost for
 * ever: it waits, and all that comes after it waits behind it. TCP sends it again 0.21 · 2^k s after the first loss
 * (0.21 s, 0.42 s, 0.84 s ... 13.4 s, 26.9 s, never more than 120 s apart), and it arrives with the first of these
 * attempts that finds the wire whole. So an outage is felt for up to twice as long as it lasts.
 */
export class Wire {
  readonly #timeline: Timeline;
  readonly #latencyMs: () => number;
  readonly #handleGivenUp: () => void;
  #isCut = false;
  #isSevered = false;
  #lastArrivalAt: Instant = Number.NEGATIVE_INFINITY;
  #lost: (() => void)[] = [];
  #lostAt: Instant = 0;
  #callOffRetransmission: (() => void) | undefined;
  #callOffGivingUp: (() => void) | undefined;

  /** `handleGivenUp` is called when something has waited for as long as its sender had patience. */
  constructor(timeline: Timeline, latencyMs: () => number, handleGivenUp: () => void) {
    this.#timeline = timeline;
    this.#latencyMs = latencyMs;
    this.#handleGivenUp = handleGivenUp;
  }

  /**
   * Calls `deliver` when it has arrived. `patienceMs` is for how long it is sent again, if need be: 0 for an RST,
   * which is sent once and waits behind nothing, Infinity for what acknowledges. Default: until TCP gives up.
   */
  send(deliver: () => void, patienceMs: number = GIVE_UP_MS): void {
    const waits = this.#lost.length > 0 && patienceMs > 0;
    if (!this.#isCut && !waits) this.#carry(deliver);
    else if (patienceMs > 0) this.#lose(deliver, patienceMs);
  }

  cut(): void {
    this.#isCut = true;
    this.#callOffRetransmission?.();
  }

  /** Cuts for good. */
  sever(): void {
    this.#isSevered = true;
    this.cut();
  }

  heal(): void {
    if (this.#isSevered || !this.#isCut) return;
    this.#isCut = false;
    if (this.#lost.length === 0) return;
    const at = nextRetransmission(this.#lostAt, this.#timeline.now);
    this.#callOffRetransmission = this.#timeline.callAt(at, () => this.#retransmit());
  }

  #carry(deliver: () => void): void {
    const latencyMs = this.#latencyMs();
    if (!(latencyMs >= 0)) throw new RangeError(`latencyMs must be 0 or more, got ${latencyMs}`);
    this.#lastArrivalAt = Math.max(this.#timeline.now + latencyMs, this.#lastArrivalAt);
    this.#timeline.callAt(this.#lastArrivalAt, deliver);
  }

  #lose(deliver: () => void, patienceMs: number): void {
    if (this.#lost.length === 0) this.#lostAt = this.#timeline.now;
    this.#lost.push(deliver);
    if (patienceMs === Number.POSITIVE_INFINITY) return;
    this.#callOffGivingUp ??= this.#timeline.callAt(this.#timeline.now + patienceMs, () => this.#giveUp());
  }

  #retransmit(): void {
    this.#callOffGivingUp?.();
    this.#callOffGivingUp = undefined;
    for (const deliver of this.#lost.splice(0)) this.#carry(deliver);
  }

  #giveUp(): void {
    this.#lost = [];
    this.#callOffGivingUp = undefined;
    this.#callOffRetransmission?.();
    this.#handleGivenUp();
  }
}

function nextRetransmission(lostAt: Instant, now: Instant): Instant {
  let elapsedMs = FIRST_RETRANSMISSION_MS;
  while (lostAt + elapsedMs < now) elapsedMs += Math.min(elapsedMs, MAX_BACKOFF_MS);
  return lostAt + elapsedMs;
}
