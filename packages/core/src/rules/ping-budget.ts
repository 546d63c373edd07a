/** How many PINGs a peer may send: a token bucket. */

import type { Instant } from '../words/clock.ts';
import { IDLE_JITTER } from './idle-draw.ts';
import type { Keepalive } from './keepalive.ts';

/** The burst for a peer that says it does not watch us, and may still probe before use. */
const UNWATCHED_BURST = 4;

/**
 * One token an interval, and bursts. A bucket and not a spacing rule, because after an outage TCP delivers all PINGs of
 * it at once, and the victim is not to be punished (gRPC's strikes do). A lawful peer sends at most `probes` PINGs in a
 * silence and as many again when excused by its own stalls; with two to spare it can never empty the bucket. It fills a tenth
 * faster than the spacing that we ask for, as a peer whose idle is just that long shortens it by up to a tenth (L8).
 */
export class PingBudget {
  readonly #intervalMs: number;
  readonly #burst: number;
  #tokens: number;
  #filledAt: Instant;

  /** For a peer that watches us with `keepalive`, where we accept one PING each `minPingIntervalMs`. */
  constructor(minPingIntervalMs: number, keepalive: Keepalive | undefined, now: Instant) {
    this.#intervalMs = minPingIntervalMs * (1 - IDLE_JITTER);
    this.#burst = keepalive === undefined ? UNWATCHED_BURST : 2 * keepalive.probes + 2;
    this.#tokens = this.#burst;
    this.#filledAt = now;
  }

  /** Counts a PING; false if it is one too many. */
  take(now: Instant): boolean {
    const elapsedMs = Math.max(0, now - this.#filledAt);
    this.#filledAt = now;
    this.#tokens = Math.min(this.#burst, this.#tokens + elapsedMs / this.#intervalMs);
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
