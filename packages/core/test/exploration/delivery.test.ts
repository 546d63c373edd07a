import process from 'node:process';
import { describe, expect, it } from 'vitest';
import { EVERY_RUN, FAR } from './bounds.ts';
import { explore } from './explorer.ts';
import { MUTANTS } from './mutants.ts';
import type { Machines } from './opened.ts';
import { openMachines } from './opened.ts';
import { World } from './world.ts';

// The promise: acknowledged means handled, once; everything else is handed back. EXPLORE=far goes further, and plants every
// bug; it takes some 10 minutes, and NODE_OPTIONS=--max-old-space-size=8000.

const isFar = process.env['EXPLORE'] === 'far';
const TIMEOUT_MS = isFar ? 3_600_000 : 120_000;

function named<Item extends { readonly title: string }>(items: readonly Item[]): [string, Item][] {
  return items.map((item) => [item.title, item]);
}

function findFirst(machines: Machines): string | undefined {
  for (const bounds of EVERY_RUN) {
    const { finding } = explore(new World(machines, bounds));
    if (finding !== undefined) return finding.violation;
  }
  return undefined;
}

describe('Delivery, explored', () => {
  it.each(named(isFar ? [...EVERY_RUN, ...FAR] : EVERY_RUN))(
    'keeps the promise in every state: %s',
    async (title, bounds) => {
      const startedAt = performance.now();
      const { states, transitions, finding } = explore(new World(await openMachines(), bounds));
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
      const counts = `${states.toLocaleString('en-US')} states, ${transitions.toLocaleString('en-US')} transitions`;
      process.stdout.write(`explored ${counts} in ${seconds} s: ${title}\n`);
      expect(finding).toBeUndefined();
    },
    TIMEOUT_MS,
  );

  it.each(named(isFar ? MUTANTS : MUTANTS.slice(0, 3)))(
    'finds out when %s',
    async (_title, { changes, finds }) => {
      const machines = await openMachines(changes);
      expect(findFirst(machines)).toMatch(finds);
    },
    TIMEOUT_MS,
  );
});
