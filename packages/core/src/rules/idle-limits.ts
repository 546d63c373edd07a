/** Idle limits of boxes on the path: a box forgets, or cuts, a flow that has carried nothing for so long. */

import * as v from 'valibot';
import type { Duration } from './duration.ts';
import { MAX_DURATION_MS, parseDuration } from './duration.ts';
import type { Keepalive } from './keepalive.ts';

/** Those of common boxes, in seconds: ALB, Heroku, Azure, AWS NLB and NAT, Cloudflare, GCP, IPVS. See docs/LIVENESS.md. */
const COMMON_LIMITS_S: readonly number[] = [55, 60, 120, 240, 300, 350, 400, 600, 900, 1_200, 3_600];

/** A cut comes a little after its limit, as such boxes sweep now and then... */
const CUT_TOLERANCE = 0.05;

/** ... and count in seconds. */
const MIN_CUT_TOLERANCE_MS = 1_000;

/** More boxes than any path has. */
const MAX_LIMITS = 64;

/** As they count in seconds. */
const MIN_LIMIT_MS = 1_000;

/** A valibot check of `idleLimits`. */
export const idleLimitsSchema: v.GenericSchema = v.custom((value) => {
  if (!Array.isArray(value) || value.length > MAX_LIMITS) return false;
  return value.map(parseDuration).every((ms) => ms !== undefined && ms >= MIN_LIMIT_MS && ms <= MAX_DURATION_MS);
}, `an array of at most ${MAX_LIMITS} durations such as ['350s'], each of ${MIN_LIMIT_MS} ms to 1,000 years`);

/** Valid ones in milliseconds. */
export function resolveIdleLimits(limits: readonly Duration[] = []): readonly number[] {
  return limits.map((limit) => parseDuration(limit)).filter((ms) => ms !== undefined);
}

/** The smallest of these limits if `idle` is not below it, so that the box may be faster than our probe; else undefined. */
export function findLimitWithinIdle(keepalive: Keepalive | undefined, limitsMs: readonly number[]): number | undefined {
  const smallestMs = Math.min(...limitsMs);
  return keepalive !== undefined && keepalive.idleMs >= smallestMs ? smallestMs : undefined;
}

/**
 * A guess why FIN came without CLOSE: `idle-cut` if the silence before it is just over an idle limit, of a common box or one of
 * these.
 */
export function hintOfEof(silenceMs: number | undefined, limitsMs: readonly number[] = []): 'crash' | 'idle-cut' {
  const limits = [...COMMON_LIMITS_S.map((seconds) => seconds * 1_000), ...limitsMs];
  return limits.some((limitMs) => isJustOver(silenceMs ?? 0, limitMs)) ? 'idle-cut' : 'crash';
}

function isJustOver(silenceMs: number, limitMs: number): boolean {
  const toleranceMs = Math.max(limitMs * CUT_TOLERANCE, MIN_CUT_TOLERANCE_MS);
  return silenceMs >= limitMs * 0.99 && silenceMs <= limitMs + toleranceMs;
}
