import process from 'node:process';
import { describe, expect, it } from 'vitest';
import { explore } from '../explorer.ts';
import { EVERY_RUN, FAR } from './bounds.ts';
import { MUTANTS } from './mutants.ts';
import { openWatching } from './opened.ts';
import type { Machines } from './words.ts';
import { WatchWorld } from './world.ts';

// The promise: who is gone is dead within the bound, and nobody else is. EXPLORE=far goes further, and plants every bug.

const isFar = process.env['EXPLORE'] === 'far';
const TIMEOUT_MS = isFar ? 3_600_000 : 120_000;

function named<Item extends { readonly title: string }>(items: readonly Item[]): [string, Item][] {
  return items.map((item) => [item.title, item]);
}

function findFirst(machines: Machines): string | undefined {
  for (const bounds of EVERY_RUN) {
    const { finding } = explore(new WatchWorld(machines, bounds));
    if (finding !== undefined) return finding.violation;
  }
  return undefined;
}

describe('Liveness, explored', () => {
  it.each(named(isFar ? [...EVERY_RUN, ...FAR] : EVERY_RUN))(
    'keeps the promise in every state: idle, interval and probes are %s',
    async (title, bounds) => {
      const startedAt = performance.now();
      const { states, transitions, finding } = explore(new WatchWorld(await openWatching(), bounds));
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
      const counts = `${states.toLocaleString('en-US')} states, ${transitions.toLocaleString('en-US')} transitions`;
      process.stdout.write(`explored ${counts} in ${seconds} s: liveness ${title}\n`);
      expect(finding).toBeUndefined();
    },
    TIMEOUT_MS,
  );

  it.each(named(isFar ? MUTANTS : MUTANTS.slice(0, 5)))(
    'finds out when %s',
    async (_title, { changes, finds }) => {
      const machines = await openWatching(changes);
      expect(findFirst(machines)).toMatch(finds);
    },
    TIMEOUT_MS,
  );
});
