/** A promise as a suite: it is kept in every state of some worlds, and a bug that breaks it is found out. */

import process from 'node:process';
import { describe, expect, it } from 'vitest';
import type { Explorable } from './explorable.ts';
import { explore } from './explorer.ts';
import type { Mutant } from './mutants.ts';
import type { Change } from './opened.ts';

interface Titled {
  readonly title: string;
}

/** What is explored, of these machines and within these bounds. */
export interface Exploring<Machines, Bounds extends Titled> {
  /** The machines, with some of their code changed. */
  readonly open: (changes?: readonly Change[]) => Promise<Machines>;
  readonly world: (machines: Machines, bounds: Bounds) => Explorable;
  readonly everyRun: readonly Bounds[];
  /** With EXPLORE=far. */
  readonly far: readonly Bounds[];
  readonly mutants: readonly Mutant[];
  /** So many of them are planted in every run, and all with EXPLORE=far. */
  readonly plantedEveryRun: number;
}

const isFar = process.env['EXPLORE'] === 'far';
const TIMEOUT_MS = isFar ? 3_600_000 : 120_000;

/** `subject` is such as `Delivery`. */
export function describeExploration<Machines, Bounds extends Titled>(
  subject: string,
  { open, world, everyRun, far, mutants, plantedEveryRun }: Exploring<Machines, Bounds>,
): void {
  describe(`${subject}, explored`, () => {
    it.each(named(isFar ? [...everyRun, ...far] : everyRun))(
      'keeps the promise in every state: %s',
      async (title, bounds) => {
        const startedAt = performance.now();
        const { states, transitions, finding } = explore(world(await open(), bounds));
        const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
        const counts = `${states.toLocaleString('en-US')} states, ${transitions.toLocaleString('en-US')} transitions`;
        process.stdout.write(`explored ${counts} in ${seconds} s: ${subject}, ${title}\n`);
        expect(finding).toBeUndefined();
      },
      TIMEOUT_MS,
    );

    it.each(named(isFar ? mutants : mutants.slice(0, plantedEveryRun)))(
      'finds out when %s',
      async (_title, { changes, finds }) => {
        const machines = await open(changes);
        expect(findFirst(everyRun.map((bounds) => world(machines, bounds)))).toMatch(finds);
      },
      TIMEOUT_MS,
    );
  });
}

function findFirst(worlds: readonly Explorable[]): string | undefined {
  for (const world of worlds) {
    const { finding } = explore(world);
    if (finding !== undefined) return finding.violation;
  }
  return undefined;
}

function named<Item extends Titled>(items: readonly Item[]): [string, Item][] {
  return items.map((item) => [item.title, item]);
}
