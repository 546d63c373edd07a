/** The zoo: bugs of heartbeats and of what surrounds them, M1 to M23, as they were found in the wild. */

import type { Bug } from './bug.ts';
import { DEADLINES } from './zoo/deadlines.ts';
import { LIVES } from './zoo/lives.ts';
import { TRAFFIC } from './zoo/traffic.ts';

/** In the order of their numbers. */
export const ZOO: readonly Bug[] = [...DEADLINES, ...TRAFFIC, ...LIVES].sort(
  (one, other) => Number(one.id.slice(1)) - Number(other.id.slice(1)),
);
