/**
 * One direction of a TCP connection, as one sees it who sends little: in order, nothing is lost, and what the network loses is
 * repeated later and later.
 *
 * The first repetition comes after RTO, then at 2, 4, 8 ... x RTO after the first attempt: that is what Linux was measured to
 * do (its tail loss probe, then the doubling timeout). Until the repeated segment is acknowledged, what else is sent waits,
 * and then leaves as one segment. Acknowledgements themselves are not lost.
 */

import type { Instant } from '@systole/core';
import type { Direction, Path } from './path.ts';
import type { Random } from './random.ts';

/** Linux: TCP_RTO_MIN, on top of the round trip, and TCP_RTO_MAX. */
const MIN_RTO_MS = 200;
const MAX_RTO_MS = 120_000;

/** See the head of the file. */
export class Channel {
  readonly #path: Path;
  readonly #direction: Direction;
  readonly #random: Random;
  /** The newest arrival: nothing overtakes it. */
  #arrivedAt: Instant = Number.NEGATIVE_INFINITY;
  /** Until then a segment is repeated or unacknowledged, and others wait. */
  #busyUntil: Instant = Number.NEGATIVE_INFINITY;
  /** What has waited leaves then as one segment, and arrives. */
  #heap: { readonly leavesAt: Instant; readonly arrivesAt: Instant } | undefined;

  constructor(path: Path, direction: Direction, random: Random) {
    this.#path = path;
    this.#direction = direction;
    this.#random = random;
  }

  /** When it arrives. To be called in the order of time. */
  send(at: Instant): Instant {
    if (this.#heap !== undefined && at < this.#heap.leavesAt) return this.#heap.arrivesAt;
    if (at >= this.#busyUntil) return this.#transmit(at);
    const leavesAt = this.#busyUntil;
    this.#heap = { leavesAt, arrivesAt: this.#transmit(leavesAt) };
    return this.#heap.arrivesAt;
  }

  #transmit(firstAt: Instant): Instant {
    const at = this.#passingAt(firstAt);
    const arrivesAt = at + this.#path.delayMs(this.#direction, at, this.#random);
    if (arrivesAt > this.#arrivedAt) this.#arrivedAt = arrivesAt;
    if (at > firstAt) this.#busyUntil = at + this.#path.rttMs(at);
    return this.#arrivedAt;
  }

  /** When the attempt leaves that gets through. */
  #passingAt(firstAt: Instant): Instant {
    let at = firstAt;
    let pauseMs = 0;
    while (this.#path.loses(this.#direction, at, this.#random)) {
      // RTO, and then as long as all pauses so far together: RTO, 2 RTO, 4 RTO after the first attempt.
      pauseMs = pauseMs === 0 ? MIN_RTO_MS + this.#path.rttMs(at) : Math.min(at - firstAt, MAX_RTO_MS);
      at += pauseMs;
    }
    return at;
  }
}
