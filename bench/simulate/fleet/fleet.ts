/** A fleet of sessions in one process and one hour of virtual time, in which some of their peers die. */

import type { Clock, Instant, Keepalive, LivenessWish } from '@systole/core';
import { boundMs, resolveSessionOptions } from '@systole/core';
import type { TimeSources } from '@systole/core/node';
import { SystemClock } from '@systole/core/node';
import type { Random } from '../random.ts';
import { streamOf } from '../random.ts';
import { PingCounter } from './ping-counter.ts';
import type { Found, Observed } from './verdicts.ts';
import { TICK_MS } from './verdicts.ts';
import { READ_EACH_MS, VirtualLoop } from './virtual-loop.ts';
import type { Surroundings } from './watch.ts';
import { Watch } from './watch.ts';

/** What happens to it. */
export interface FleetPlan {
  readonly sessions: number;
  readonly forMs: number;
  readonly keepalive: Keepalive;
  readonly seed: number;
  /** Default: that of every process. */
  readonly createClock?: (sources: TimeSources) => Clock;
  /** Of one PING. Default: {@link drawRoundTrip}. */
  readonly roundTripMs?: (random: Random) => number;
}

/** How many of the peers die; one at least. */
const DYING_SHARE = 0.01;

const FASTEST_MS = 20;
const SLOWEST_MS = 220;

/** Uniform: nobody comes in step. */
function drawRoundTrip(random: Random): number {
  return FASTEST_MS + (SLOWEST_MS - FASTEST_MS) * random();
}

/** See the head of the file. */
export class Fleet implements Surroundings {
  readonly #plan: FleetPlan;
  readonly #loop = new VirtualLoop();
  readonly #startedAt: Instant = this.#loop.now;
  readonly #roundTrips: Random;
  readonly #roundTripMs: (random: Random) => number;
  readonly #watches: readonly Watch[];
  readonly #deaths: number;
  readonly #found: Found[] = [];
  /** Whose turn it is. */
  #granted: Watch | undefined;
  #suspected = 0;

  readonly clock: Clock;
  readonly config: Surroundings['config'];
  readonly terms: Surroundings['terms'];
  readonly random: Random;
  readonly outgoing: PingCounter = new PingCounter();

  /** The peers are there, and nobody watches them yet. */
  constructor(plan: FleetPlan) {
    const { keepalive, seed, createClock = (sources) => new SystemClock(sources) } = plan;
    this.#plan = plan;
    this.#roundTripMs = plan.roundTripMs ?? drawRoundTrip;
    this.#roundTrips = streamOf(seed, 'round trips');
    this.random = streamOf(seed, 'jitter of idle');
    this.clock = createClock(this.#loop.sources);
    this.config = { ...resolveSessionOptions({}), keepalive };
    this.terms = { keepalive, raised: false, peerKeepalive: undefined, pingSpacingMs: 0, maxMessageBytes: 0 };
    const deaths = this.#drawDeaths();
    this.#deaths = deaths.size;
    this.#watches = Array.from({ length: plan.sessions }, (_, index) => new Watch(this, deaths.get(index)));
  }

  /** All sessions open at once: their first waits are spread over idle (L8). */
  open(): void {
    for (const watch of this.#watches) watch.open();
  }

  /** One turn of the loop; false when the time is over, and the bound behind it, in which the last deaths are found. */
  turn(): boolean {
    return this.#loop.turn(this.#endsAt);
  }

  /** PINGs so far. */
  get heartbeats(): number {
    return this.outgoing.pings;
  }

  /** From each death to its verdict. */
  get detectionMs(): number[] {
    return this.#found.map(({ diedAt, foundAt }) => foundAt - (diedAt ?? foundAt));
  }

  observe(): Observed {
    const { keepalive } = this.#plan;
    let forgotten = 0;
    let strayPongs = 0;
    const heardSince = this.#loop.now - keepalive.idleMs - TICK_MS - SLOWEST_MS - READ_EACH_MS;
    for (const { diesAt, heartbeat } of this.#watches) {
      strayPongs += heartbeat?.liveness.strayPongs ?? 0;
      if (diesAt === undefined && (heartbeat?.liveness.evidenceAt ?? 0) < heardSince) forgotten += 1;
    }
    const [deaths, found, suspected] = [this.#deaths, this.#found, this.#suspected];
    return { keepalive, startedAt: this.#startedAt, deaths, found, suspected, forgotten, strayPongs };
  }

  granter(watch: Watch): (wish: LivenessWish) => void {
    this.#granted = watch;
    return this.#grant;
  }

  readonly #grant = (wish: LivenessWish): void => {
    const { now } = this.#loop;
    const watch = this.#granted;
    if (watch === undefined) return;
    switch (wish.type) {
      case 'ping':
        return this.#answer(watch, wish.number, now);
      case 'confirm':
        return this.clock.afterPoll((then) => watch.handlePolled(then));
      case 'suspect':
        if (!(watch.diesAt !== undefined && watch.diesAt <= now)) this.#suspected += 1;
        return;
      case 'dead':
        this.#found.push({
          diedAt: watch.diesAt,
          evidenceAt: watch.heartbeat?.liveness.evidenceAt ?? now,
          foundAt: now,
        });
        return;
      default:
    }
  };

  /** A living peer that a PING reaches sends PONG. */
  #answer(watch: Watch, number: number, now: Instant): void {
    const roundTripMs = this.#roundTripMs(this.#roundTrips);
    if (watch.diesAt !== undefined && watch.diesAt <= now + roundTripMs / 2) return;
    this.#loop.arriveAt(now + roundTripMs, watch, number);
  }

  /** When those die who do, by their index. */
  #drawDeaths(): Map<number, Instant> {
    const { sessions, forMs, seed } = this.#plan;
    const random = streamOf(seed, 'deaths');
    const deaths = new Map<number, Instant>();
    while (deaths.size < Math.max(1, Math.round(DYING_SHARE * sessions))) {
      deaths.set(Math.floor(random() * sessions), this.#startedAt + random() * forMs);
    }
    return deaths;
  }

  get #endsAt(): Instant {
    return this.#startedAt + this.#plan.forMs + boundMs(this.#plan.keepalive) + SLOWEST_MS + 2 * TICK_MS;
  }
}
