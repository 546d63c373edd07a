/** The points in time and the durations of a liveness machine, packed: what it knows, and no rule. */

import type { Rtt } from '../rules/rtt.ts';
import { RTT_NUMBERS, readRtt, sampleRtt } from '../rules/rtt.ts';
import type { Instant } from '../words/clock.ts';

/** Of a point in time: it has not come; of a duration: nobody knows. */
export const NEVER: number = Number.NEGATIVE_INFINITY;

/** All of them, each at its place. */
type Numbers = [
  latestAt: Instant,
  evidenceAt: Instant,
  idleMs: number,
  firstWaitEndsAt: Instant,
  nextProbeAt: Instant,
  suspectAt: Instant,
  deadAt: Instant,
  excuseLeftMs: number,
  excusedAt: Instant,
  pingAt: Instant,
  ...rtt: number[],
];

/** Where the round trip begins. */
const RTT = 10;

/** Copied for each machine, and with it what V8 knows of it: that it holds fractional numbers only. */
const BLANK: readonly number[] = Array.from({ length: RTT + RTT_NUMBERS }, () => NEVER);

/**
 * V8 gives each fractional number that is a field of an object a box of its own: 24 bytes, scattered. In an array of nothing
 * else each takes 8, side by side, and a new value needs no new memory. A gateway has a hundred thousand of these machines,
 * and comes back to each after seconds, when no cache knows it any more: a heartbeat costs what it touches.
 */
export abstract class LivenessNumbers {
  readonly #numbers: Numbers = BLANK.slice() as Numbers;

  /** As far as time has come, evidence aside. */
  protected get latestAt(): Instant {
    return this.#numbers[0];
  }

  protected set latestAt(value: Instant) {
    this.#numbers[0] = value;
  }

  /** When the last byte came, or the connection began. */
  get evidenceAt(): Instant {
    return this.#numbers[1];
  }

  protected set evidenceAt(value: Instant) {
    this.#numbers[1] = value;
  }

  /** Silence before the next first probe. */
  protected get idleMs(): number {
    return this.#numbers[2];
  }

  protected set idleMs(value: number) {
    this.#numbers[2] = value;
  }

  /** Where bytes come until then, the first wait has passed without a PING. Infinity once that is known. */
  protected get firstWaitEndsAt(): Instant {
    return this.#numbers[3];
  }

  protected set firstWaitEndsAt(value: Instant) {
    this.#numbers[3] = value;
  }

  // The silence under way. Meaningful from `probing` on.

  protected get nextProbeAt(): Instant {
    return this.#numbers[4];
  }

  protected set nextProbeAt(value: Instant) {
    this.#numbers[4] = value;
  }

  protected get suspectAt(): Instant {
    return this.#numbers[5];
  }

  protected set suspectAt(value: Instant) {
    this.#numbers[5] = value;
  }

  protected get deadAt(): Instant {
    return this.#numbers[6];
  }

  protected set deadAt(value: Instant) {
    this.#numbers[6] = value;
  }

  /** What stalls of our own may still add to it. */
  protected get excuseLeftMs(): number {
    return this.#numbers[7];
  }

  protected set excuseLeftMs(value: number) {
    this.#numbers[7] = value;
  }

  /** When we began to run again after the newest stall that counted. */
  protected get excusedAt(): Instant {
    return this.#numbers[8];
  }

  protected set excusedAt(value: Instant) {
    this.#numbers[8] = value;
  }

  // The newest PING.

  /** When it was asked for; `NEVER` once it is answered. */
  protected get pingAt(): Instant {
    return this.#numbers[9];
  }

  protected set pingAt(value: Instant) {
    this.#numbers[9] = value;
  }

  /** The round trip; undefined before the first answer. */
  get rtt(): Rtt | undefined {
    return readRtt(this.#numbers, RTT);
  }

  /** The newest PING was answered after so long. */
  protected sampleRtt(ms: number): void {
    sampleRtt(this.#numbers, RTT, ms);
  }
}
