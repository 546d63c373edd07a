/** The zoo: bugs of heartbeats, M1 to M23, as they were found in the wild, and the bugs behind stories of outages, S1 to S11. */

import type { Bug } from './bug.ts';
import { DEADLINES } from './zoo/deadlines.ts';
import { DURATIONS } from './zoo/durations.ts';
import { LIVES } from './zoo/lives.ts';
import { STORIES } from './zoo/stories.ts';
import { TRAFFIC } from './zoo/traffic.ts';

/** In the order of their numbers. */
export const ZOO: readonly Bug[] = [...[...DEADLINES, ...DURATIONS, ...TRAFFIC, ...LIVES].sort(byNumber), ...STORIES];

function byNumber(one: Bug, other: Bug): number {
  return Number(one.id.slice(1)) - Number(other.id.slice(1));
}
