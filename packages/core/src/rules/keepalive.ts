/** The triple of TCP keepalive, which is ours too (L3): idle, interval, probes. */

import type { Duration } from './duration.ts';
import { parseDuration } from './duration.ts';

/** How one end watches the other, resolved. */
export interface Keepalive {
  /** Silence before the first probe (TCP_KEEPIDLE). */
  readonly idleMs: number;
  /** Time between probes (TCP_KEEPINTVL). */
  readonly intervalMs: number;
  /** Unanswered probes before the verdict (TCP_KEEPCNT). */
  readonly probes: number;
}

/** A triple as options; what is missing comes from the default. */
export interface KeepaliveOptions {
  /** Silence before the first probe (TCP_KEEPIDLE). Default: 20 s, under every common middlebox limit (60 s and up). */
  readonly idle?: Duration;
  /** Time between probes (TCP_KEEPINTVL). Default: 5 s. */
  readonly interval?: Duration;
  /** Unanswered probes before the verdict (TCP_KEEPCNT). Default: 3; 3 x 5 s sits just above Linux's 13.4 s retransmission step. */
  readonly probes?: number;
}

/** Ready-made triples. */
export const PRESETS: {
  /** Verdict within 35 s. */
  readonly default: Keepalive;
  /** Verdict within 7 s, for networks without outages longer than a second or two. */
  readonly lan: Keepalive;
  /** Verdict within 4.5 min, for radios that should sleep. */
  readonly mobile: Keepalive;
  /** What the Linux kernel does by default: verdict within 2 h 11 min 15 s. */
  readonly kernel: Keepalive;
} = {
  default: { idleMs: 20_000, intervalMs: 5_000, probes: 3 },
  lan: { idleMs: 2_000, intervalMs: 1_250, probes: 4 },
  mobile: { idleMs: 240_000, intervalMs: 10_000, probes: 3 },
  kernel: { idleMs: 7_200_000, intervalMs: 75_000, probes: 9 },
};

/** What may put a verdict off, beside the triple itself. */
export interface Extensions {
  readonly writeTimeoutMs: number;
  readonly pausedTimeoutMs: number;
}

/** {@link boundMs} with every extension used up: a queue that moves, stalls of our own, reading paused by ourselves. */
export function maxBoundMs(keepalive: Keepalive, { writeTimeoutMs, pausedTimeoutMs }: Extensions): number {
  return Math.max(boundMs(keepalive), writeTimeoutMs) + keepalive.intervalMs * keepalive.probes + pausedTimeoutMs;
}

/** The name of one of the {@link PRESETS}. */
export type Preset = keyof typeof PRESETS;

/** The option `keepalive`: a triple, the name of a preset, or false to not watch the peer at all (L1). */
export type KeepaliveSetting = KeepaliveOptions | Preset | false;

/** The triple that a valid setting stands for; undefined for `false`. */
export function resolveKeepalive(setting: KeepaliveSetting = 'default'): Keepalive | undefined {
  if (setting === false) return undefined;
  if (typeof setting === 'string') return PRESETS[setting];
  const base = PRESETS.default;
  return {
    idleMs: parseDuration(setting.idle) ?? base.idleMs,
    intervalMs: parseDuration(setting.interval) ?? base.intervalMs,
    probes: setting.probes ?? base.probes,
  };
}

/** The bound of the verdict: the longest time from the last evidence to `dead` (L3). */
export function boundMs({ idleMs, intervalMs, probes }: Keepalive): number {
  return idleMs + intervalMs * probes;
}
