/**
 * Releases all packages, or rehearses it. From the root of the house:
 *
 * `npm run release` is the rehearsal. In a fresh clone of what is committed it applies the changesets that wait, installs, lints, checks
 * types, builds, and packs. You will see what each package would have in it and how large that is, in the order in which they would be
 * published, and the tag. It publishes nothing and changes nothing; it needs no login, and of the network only what npm's cache lacks.
 *
 * `npm run release -- --prepare` applies the changesets here: versions, change logs, lock-file. Look at them and commit.
 *
 * `npm run release -- --publish` runs `.ci/run` in a fresh clone, publishes from it, and sets the tag. If it breaks off between two
 * packages, run it again: what is out is left out.
 *
 * All of them say at once what stands in the way. The exit code is 0 only if it was done: 1 if something stood in the way, 2 for
 * wrong arguments.
 */

import { constants } from 'node:os';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { prepare } from './prepare.ts';
import { release } from './release.ts';

const USAGE = 'usage: npm run release -- [--prepare | --publish]';

function readArguments(): { readonly prepare: boolean; readonly publish: boolean } | undefined {
  const flag = { type: 'boolean', default: false } as const;
  try {
    const { values } = parseArgs({ options: { prepare: flag, publish: flag } });
    if (values.prepare && values.publish)
      throw new Error('What is prepared is looked at and committed before it is published.');
    return values;
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    return undefined;
  }
}

function main(): number {
  const given = readArguments();
  if (given === undefined) return 2;
  const root = process.cwd();
  try {
    const obstacles = given.prepare ? prepare(root) : release(root, given.publish);
    for (const obstacle of obstacles) console.error(obstacle);
    return obstacles.length === 0 ? 0 : 1;
  } catch (error) {
    console.error((error as Error).message);
    return 1;
  }
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => process.exit(128 + constants.signals[signal]));
}

process.exitCode = main();
