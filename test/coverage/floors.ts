/** How much of each package the tests must run at least: no package may hide behind another. */

import { readdirSync } from 'node:fs';

/** In percent. */
export interface Floor {
  readonly lines: number;
  readonly branches: number;
}

const CORE: Floor = { lines: 95, branches: 95 };
const OTHERS: Floor = { lines: 90, branches: 90 };

/** By the glob of its sources, as vitest takes them. Of every package that is there: a new one has its floor from its first day. */
export function floorsOf(packages: URL): Readonly<Record<string, Floor>> {
  const names = readdirSync(packages);
  return Object.fromEntries(names.map((name) => [`packages/${name}/src/**`, name === 'core' ? CORE : OTHERS]));
}
