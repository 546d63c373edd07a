/** Sessions that have ended at a watcher whose loop was blocked now and then, and whether that was right. */

import type { Cause, Session } from '@systole/server';
import type { Gap } from './lost-time.ts';
import { lostMsWithin } from './lost-time.ts';
import type { Way } from './peers.ts';
import { sharedNow } from './program.ts';

/** A session that has ended. */
export interface EndedSession {
  readonly cause: Cause;
  /** The peer's, and how it reaches us. */
  readonly name: string;
  readonly way: Way;
  /** On the clock that all processes share, as all times here. */
  readonly at: number;
  readonly silenceMs: number;
  /** The part of the silence in which we could run. */
  readonly runningMs: number;
}

/** The name that the peer has given itself: see `peers.ts`. */
export function nameOf({ peer }: Session): string {
  return String(peer?.metadata['name']);
}

export function wayOf({ peer }: Session): Way {
  return peer?.metadata['way'] as Way;
}

/** Adds the session to `ended` when its connection ends; `lostMs` tells in how much of a time we could not run. */
export function noteEnd(session: Session, ended: EndedSession[], lostMs: (within: Gap) => number): void {
  session.on('disconnect', ({ cause, evidence }) => {
    const at = sharedNow();
    const silenceMs = evidence.silenceMs ?? 0;
    const runningMs = silenceMs - lostMs({ from: at - silenceMs, to: at });
    ended.push({ cause, name: nameOf(session), way: wayOf(session), at, silenceMs, runningMs });
  });
}

/**
 * The verdicts about peers that ran and were able to answer. Where the machine was so busy that the peer's own process did
 * not run for half of the interval that a stall leaves it, the verdict is as right as about one that was frozen: a silence may hold
 * several stalls, so all of it is looked at. `gaps` are the times in which the peers could not run, by their name.
 */
export function falseVerdicts(
  ended: readonly EndedSession[],
  gaps: Readonly<Record<string, readonly Gap[]>>,
  intervalMs: number,
): EndedSession[] {
  return ended.filter(({ name, at, silenceMs }) => {
    const lookMs = Math.max(silenceMs, 2 * intervalMs);
    return lostMsWithin(gaps[name] ?? [], { from: at - lookMs, to: at }) < intervalMs / 2;
  });
}
