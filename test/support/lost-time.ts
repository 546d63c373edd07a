/** Time in which a process of a test wanted to run and could not, because its machine was busy with others. */

import process from 'node:process';
import { sharedNow } from './program.ts';

/** One such time, on the clock that all processes share. */
export interface Gap {
  readonly from: number;
  readonly to: number;
}

const LOOK_MS = 5;
/** Less than this is ordinary. */
const MIN_GAP_MS = 20;

/**
 * Looks every few milliseconds whether it can look. Where it could not, and the process has not used the processor in the
 * meantime, nobody who measures this process by its promptness has measured its code.
 */
export class LostTime {
  readonly gaps: Gap[] = [];
  #at = sharedNow();
  #usedMs = usedMs();

  constructor() {
    setInterval(() => this.#look(), LOOK_MS).unref();
  }

  #look(): void {
    const at = sharedNow();
    const used = usedMs();
    const lostMs = at - this.#at - LOOK_MS - (used - this.#usedMs);
    if (lostMs >= MIN_GAP_MS) this.gaps.push({ from: at - lostMs, to: at });
    this.#at = at;
    this.#usedMs = used;
  }
}

/** How much of the time from `from` to `to` was lost. */
export function lostMsWithin(gaps: readonly Gap[], { from, to }: Gap): number {
  return gaps.reduce((sum, gap) => sum + Math.max(0, Math.min(gap.to, to) - Math.max(gap.from, from)), 0);
}

/** The same times, of which no two overlap. */
export function mergeGaps(gaps: readonly Gap[]): readonly Gap[] {
  const merged: Gap[] = [];
  for (const { from, to } of gaps.toSorted((one, other) => one.from - other.from)) {
    const last = merged.at(-1);
    if (last === undefined || from > last.to) merged.push({ from, to });
    else merged.splice(-1, 1, { from: last.from, to: Math.max(last.to, to) });
  }
  return merged;
}

function usedMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
