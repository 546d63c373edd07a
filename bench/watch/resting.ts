/** What it costs to watch connections on which nothing happens, as long as idle is not over: looks, and nothing else. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Summary } from '../support/statistics.ts';
import { summarize } from '../support/statistics.ts';
import { REALISTIC } from './contenders.ts';
import type { Tally } from './receiver.ts';
import { Stage } from './stage.ts';

/** One more before them, in which V8 compiles what a look runs through. */
const WINDOWS = 3;

/** All windows are over before the first probe is due. */
export const MAX_WINDOW_MS = 4_500;

/** Microseconds of processor time of a watch, in each second: window by window. */
export interface Resting {
  readonly micros: Summary;
  /** Of all watches together: of one core. */
  readonly percentOfCore: Summary;
  /** Of the watches, at the end. */
  readonly tally: Tally;
}

export async function measureResting(connections: number, windowMs: number): Promise<Resting> {
  await using stage = await Stage.open({ bare: {}, watched: { keepalive: REALISTIC } });
  await stage.connect(connections, ['watched']);
  await sleep(windowMs);
  const costs: number[] = [];
  let before = [await stage.tally('bare'), await stage.tally('watched')] as const;
  for (let window = 0; window < WINDOWS; window += 1) {
    await sleep(windowMs);
    const after = [await stage.tally('bare'), await stage.tally('watched')] as const;
    costs.push(shareOf(before[1], after[1]) - shareOf(before[0], after[0]));
    before = after;
  }
  return {
    micros: summarize(costs.map((share) => (share * 1e6) / connections)),
    percentOfCore: summarize(costs.map((share) => share * 100)),
    tally: before[1],
  };
}

/** Of the time between two tallies that the process has used. */
function shareOf(before: Tally, after: Tally): number {
  return (after.cpuMs - before.cpuMs) / (after.at - before.at);
}
