/** The two ends of many connections that outages strike, as the laboratory sees them: see `outage-near.ts` and `outage-far.ts`. */

import type { Cause, Evidence } from '@systole/core';

/** What both are started with. */
export interface OutageEndConfig {
  readonly host: string;
  /** One for each outage. */
  readonly groups: readonly Group[];
}

/** The connections that one outage strikes. */
export interface Group {
  readonly port: number;
  readonly manners: readonly Manner[];
}

/**
 * What a connection is used for:
 *
 * - `idle`: nothing. When its probe becomes due, in milliseconds after the outage has begun, give or take {@link JITTER_MS}, is
 *   `dueMs`: at most {@link MAX_DUE_MS}.
 * - `busy`: the far end writes each {@link WRITE_MS}, so that the first probe leaves 18 to 20 s after the last message.
 * - `fresh`: the same, but it was never probed before; so the first probe leaves after any time up to 20 s (L8).
 *
 * The far end finds it in the peer's metadata.
 */
export type Manner =
  | { readonly load: 'idle'; readonly dueMs: number }
  /** The first message comes after this time. */
  | { readonly load: 'busy' | 'fresh'; readonly phaseMs: number };

/** Between two messages on a busy connection. */
export const WRITE_MS = 1_000;

/** The default idle of 20 s, which is shortened by up to 10 %: between 18 and 20 s. */
export const MEAN_IDLE_MS = 19_000;
export const JITTER_MS = 1_000;

/** So that an idle connection is heard for the last time well before the outage. */
export const MAX_DUE_MS = MEAN_IDLE_MS - 2_000;

/** How one connection has fared. Points in time are those of the clock that all share. */
export interface Fate {
  readonly load: Manner['load'];
  readonly port: number;
  /** The longest time in which nothing came. */
  readonly silenceMs: number;
  /** The longest time that a probe went without an answer, and when it left. */
  readonly unansweredMs: number;
  readonly askedAt: number;
  /** Undefined while it lives. */
  readonly end: { readonly cause: Cause; readonly evidence: Evidence; readonly at: number } | undefined;
  /** The part of the last silence in which the watcher wanted to run, and the machine was busy with others. */
  readonly lostMs: number;
}

/** What they say. */
export type FromOutageEnd =
  | { readonly type: 'listening' }
  | { readonly type: 'connected' }
  | { readonly type: 'report'; readonly fates: readonly Fate[] };

/** What the near one does. */
export type ToOutageEnd =
  /** Sees to it that the probes become due when they should, if the outages begin at this time. */
  { readonly type: 'prepare'; readonly strikeAt: number } | { readonly type: 'report' };
