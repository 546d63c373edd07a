/** For how long a connection may be silent before its first probe: idle, shortened at random, so that a fleet does not beat in step (L8). */

import type { Instant } from '../words/clock.ts';

/** Idle is shortened by up to this share, never lengthened. */
export const IDLE_JITTER = 0.1;

/**
 * PINGs are due in so many steps of idle, so that one wake-up serves many connections, which is most of what a heartbeat costs; and yet
 * never more than a hundredth of them: of 20,000 that is 3 ms of work. A step is a tenth of what idle is shortened by at random.
 */
const STEPS = 100;

/** With less, a step is not longer than a turn of the loop. */
const MIN_STEPPED_IDLE_MS = 800;

/** The first wait of a connection, uniform in (0, idle], so that those who came back together do not probe together. `random` is uniform in [0, 1). */
export function drawFirstIdle(idleMs: number, random: () => number): number {
  return idleMs * (1 - random());
}

/** Every other wait, which begins with evidence: 90 to 100 % of idle, so that its end is a step that many connections share. */
export function drawIdle(idleMs: number, evidenceAt: Instant, random: () => number): number {
  const drawnMs = idleMs * (1 - IDLE_JITTER * random());
  if (idleMs < MIN_STEPPED_IDLE_MS) return drawnMs;
  const stepMs = Math.floor(idleMs / STEPS);
  const steppedMs = Math.floor((evidenceAt + drawnMs) / stepMs) * stepMs - evidenceAt;
  return steppedMs < idleMs * (1 - IDLE_JITTER) ? steppedMs + stepMs : steppedMs;
}
