/** The options about a peer's application that stands still (L11): `appStallTimeout` and `judgeAppStall`. */

import * as v from 'valibot';
import type { OptionProblem } from '../words/errors.ts';
import type { Duration } from './duration.ts';
import { parseDuration } from './duration.ts';

/** A shorter one would measure our own scheduler: lateness of up to 100 ms is ordinary (MIN_STALL_MS). */
const MIN_APP_STALL_MS = 100;

/** More than most handlers take for one message, and than an outage lasts that is survived. */
const DEFAULT_APP_STALL_MS = 60_000;

/** A valibot check of `appStallTimeout`. */
export const appStallSchema: v.GenericSchema = v.custom((value) => {
  const ms = value === false ? 0 : parseDuration(value);
  return ms !== undefined && (ms === 0 || ms >= MIN_APP_STALL_MS);
}, `false, 0, or a duration such as '60s', of ${MIN_APP_STALL_MS} ms to 1,000 years`);

/** The time in milliseconds; undefined if it is switched off. */
export function resolveAppStall(timeout: Duration | false = DEFAULT_APP_STALL_MS): number | undefined {
  const ms = timeout === false ? 0 : parseDuration(timeout);
  return ms === 0 ? undefined : ms;
}

/** A verdict on what is not watched would never come. */
export function findBlindJudge(options: Readonly<Record<string, unknown>>): OptionProblem[] {
  const { appStallTimeout, judgeAppStall } = options;
  if (judgeAppStall !== true || (appStallTimeout !== false && parseDuration(appStallTimeout) !== 0)) return [];
  return [{ path: 'judgeAppStall', requirement: 'left out where appStallTimeout is off', value: judgeAppStall }];
}
