/** Whether a fleet was judged as the rules promise. */

import type { Instant, Keepalive } from '@systole/core';
import { boundMs } from '@systole/core';

/** Idle is shortened by up to so much (L8). */
const IDLE_JITTER = 0.1;

/** An alarm rings up to a tick of 10 ms after its deadline, and Node's timers up to 2 ms after what they are set to. */
export const TICK_MS = 12;

/** Sums of fractions are rounded. */
const ROUNDING_MS = 1e-6;

/** A peer that is dead by its session's verdict. */
export interface Found {
  /** Undefined of a peer that lives. */
  readonly diedAt: Instant | undefined;
  /** The last evidence, or the start of the session. */
  readonly evidenceAt: Instant;
  readonly foundAt: Instant;
}

/** What is known of a fleet at its end. */
export interface Observed {
  readonly keepalive: Keepalive;
  readonly startedAt: Instant;
  readonly deaths: number;
  readonly found: readonly Found[];
  /** Suspicions of peers that live. */
  readonly suspected: number;
  /** Living peers from which nothing has come for longer than idle and a round trip, at the end. */
  readonly forgotten: number;
  /** PONGs that were not taken for the answer to the newest PING. */
  readonly strayPongs: number;
}

/** What is wrong, a line for each kind; none if all is as promised. */
export function findBreaches(observed: Observed): string[] {
  const { keepalive, startedAt, found } = observed;
  const dead = found.filter(({ diedAt, foundAt }) => diedAt !== undefined && diedAt <= foundAt);
  const early = dead.filter((one) => one.foundAt - one.evidenceAt < leastMs(keepalive, one.evidenceAt === startedAt));
  const late = dead.filter((one) => one.foundAt - one.evidenceAt > boundMs(keepalive) + TICK_MS + ROUNDING_MS);
  const counts: readonly (readonly [number, string])[] = [
    [observed.deaths - dead.length, 'deaths were not found'],
    [late.length, `were found more than ${TICK_MS} ms after the bound`],
    [early.length, 'were found before the bound less the jitter of idle'],
    [found.length - dead.length, 'living peers were judged'],
    [observed.suspected, 'living peers were suspected'],
    [observed.forgotten, 'living peers were not asked for longer than idle'],
    [observed.strayPongs, 'PONGs were taken for stray ones'],
  ];
  return counts.filter(([count]) => count > 0).map(([count, what]) => `${count.toLocaleString('en')} ${what}`);
}

/** From the last evidence to the verdict. The first wait of a session is anything up to idle. */
function leastMs(keepalive: Keepalive, isFirstWait: boolean): number {
  const jitterMs = keepalive.idleMs * (isFirstWait ? 1 : IDLE_JITTER);
  return boundMs(keepalive) - jitterMs - ROUNDING_MS;
}
