/** What a scenario of the demo is, and how it is judged. */

import type { Cause } from '@systole/server';
import type { Stage } from './stage.ts';

/** How all scenarios watch: a verdict comes at most 2 s + 3 x 1 s = 5 s after the last received byte. */
export const KEEPALIVE = { idle: '2s', interval: '1s', probes: 3 } as const;

/** What a bound may be exceeded by: timers and processes are scheduled, not exact. */
const TOLERANCE_MS = 100;

/** One thing that happens to a connection. */
export interface Scenario {
  readonly name: string;
  /** What happens and what it shows, for the reader of the timeline. */
  readonly story: string;
  /** Where the times of the timeline count from. */
  readonly zero: string;
  readonly expectedCause: Cause | 'none';
  run(stage: Stage): Promise<Finding>;
}

/** What was seen. */
export interface Finding {
  readonly cause: Cause | 'none';
  /** From what happened to the `disconnect`; left out where nothing is to be detected. */
  readonly detectionMs?: number;
  /** What Systole had promised at `connect`. */
  readonly boundMs?: number | undefined;
  /** What else must be so, in words, and whether it was. */
  readonly claims: Readonly<Record<string, boolean>>;
}

/** What a scenario comes to; with `--json` it is printed as it is. */
export interface Summary {
  readonly scenario: string;
  readonly cause: Cause | 'none';
  readonly expectedCause: Cause | 'none';
  readonly detectionMs: number | null;
  readonly boundMs: number | null;
  readonly ok: boolean;
}

/** A summary, and all that is wrong, in words. */
export interface Verdict {
  readonly summary: Summary;
  readonly complaints: readonly string[];
}

/** Compares what was seen with what had to be. */
export function judge({ name, expectedCause }: Scenario, { cause, detectionMs, boundMs, claims }: Finding): Verdict {
  const complaints = Object.keys(claims).filter((claim) => claims[claim] !== true);
  if (cause !== expectedCause) complaints.push(`the cause is ${expectedCause} (it was ${cause})`);
  const isInTime = detectionMs !== undefined && boundMs !== undefined && detectionMs <= boundMs + TOLERANCE_MS;
  if (expectedCause !== 'none' && !isInTime) complaints.push('it is known within the bound');
  const summary = {
    scenario: name,
    cause,
    expectedCause,
    detectionMs: detectionMs ?? null,
    boundMs: boundMs ?? null,
    ok: complaints.length === 0,
  };
  return { summary, complaints };
}
