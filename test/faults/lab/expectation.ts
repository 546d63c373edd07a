/** What an application must be told of a fault, when, and on what evidence. */

import type { Evidence } from '@systole/core';
import { describe as promise } from '@systole/core';
import { HANDSHAKE_MS, TRIPLE } from './links.ts';

/**
 * Until a program runs again whose timer has fired: its scheduler's affair on a busy machine, and not the detector's. Half an
 * interval, so that a verdict which is a probe late, or early, is still seen.
 */
export const SLACK_MS = 500;

/** What describe() promises for a triple with this idle. */
export function boundMs(idleMs: number = TRIPLE.idle): number {
  return promise({ keepalive: { ...TRIPLE, idle: idleMs } })?.boundMs ?? Number.NaN;
}

/** What the probes have before every verdict. */
export const WINDOW_MS = TRIPLE.interval * TRIPLE.probes;

/** One of `what`, so many milliseconds after the fault. */
export interface Expectation {
  readonly what: readonly string[];
  readonly fromMs: number;
  readonly untilMs: number;
  /** What Systole's evidence must hold, whatever else it does. */
  readonly evidence?: Partial<Evidence>;
}

/** For as long as is looked: the peer lives, and so does the connection. */
export const nothing: Expectation = { what: ['nothing'], fromMs: 0, untilMs: Number.POSITIVE_INFINITY };

/** A verdict of our own: the probes have had their time, and the bound holds. */
export function verdict(what: 'silent' | 'write-stalled'): Expectation {
  return { what: [what], fromMs: WINDOW_MS, untilMs: boundMs() };
}

/** The verdict of an end that still heard the first probe of its peer, after which TCP waits for acknowledgements in vain. */
export function verdictAfterPeersProbe(what: 'silent'): Expectation {
  return { what: [what], fromMs: WINDOW_MS, untilMs: TRIPLE.idle + boundMs() };
}

/** Told by the peer or by a kernel, and passed on at once. */
export function atOnce(...what: readonly string[]): Expectation {
  return at(0, ...what);
}

/** Found out by the next probe, as nobody says anything without being asked. */
export function atNextProbe(...what: readonly string[]): Expectation {
  return within(TRIPLE.idle, ...what);
}

/** When the whole attempt has taken as long as it may. */
export function atHandshakeTimeout(what: 'connect-timeout' | 'handshake-timeout'): Expectation {
  return at(HANDSHAKE_MS, what);
}

/** At this time. */
export function at(ms: number, ...what: readonly string[]): Expectation {
  return { what, fromMs: ms, untilMs: ms };
}

/** At this time or before. */
export function within(ms: number, ...what: readonly string[]): Expectation {
  return { what, fromMs: 0, untilMs: ms };
}

/** Such as `silent after 3000 to 4000 ms`. */
export function formatExpectation({ what, fromMs, untilMs }: Expectation): string {
  const name = what.join(' or ');
  if (untilMs === Number.POSITIVE_INFINITY) return name;
  if (untilMs === 0) return `${name} at once`;
  if (fromMs === untilMs) return `${name} after ${fromMs} ms`;
  return fromMs === 0 ? `${name} within ${untilMs} ms` : `${name} after ${fromMs} to ${untilMs} ms`;
}
