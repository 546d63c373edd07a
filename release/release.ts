/** A release of all packages, from a fresh clone; or its rehearsal, which ends where the registry begins. */

import { applyPending, readFixedGroup, readPending } from './changesets.ts';
import { install, linesOf, show, tell } from './commands.ts';
import { cloneOf } from './fresh-clone.ts';
import { isReleased, obstaclesOfChanges, obstaclesOfTree, obstaclesOfVersions, tagOf } from './obstacles.ts';
import { readPackages, versionOf } from './packages.ts';
import { describeTarballs, isOut, publish, rehearse } from './registry.ts';

/** Does it, unless something stands in the way: that is the result. @throws Error if a command fails. */
export function release(root: string, isReal: boolean): string[] {
  const clone = cloneOf(root);
  const pending = readPending(clone);
  const before = readPackages(clone);
  const obstacles = [
    ...obstaclesOfTree(root),
    ...obstaclesOfVersions(before, readFixedGroup(clone)),
    ...obstaclesOfChanges(clone, before, pending),
    ...(isReal ? pending.ids.map((id) => `The changeset ${id} waits: npm run release -- --prepare.`) : []),
  ];
  if (obstacles.length > 0) return obstacles;
  const next = pending.version ?? versionOf(before);
  if (isReleased(clone, next)) {
    const nothing = `There is nothing to release: ${tagOf(next)} is out, and nothing has changed since that users feel.`;
    if (isReal) return [nothing];
    console.log(nothing);
    return [];
  }

  install(clone);
  const lagging = linesOf(tell(clone, 'git', 'status', '--porcelain'));
  if (lagging.length > 0) return [`npm install changes what is committed: ${lagging.join(', ')}`];
  if (pending.ids.length > 0) {
    applyPending(clone);
    install(clone);
  }
  if (isReal) show(clone, 'bash', '.ci/run');
  else for (const script of ['lint', 'typecheck']) show(clone, 'npm', 'run', script);
  // What the checks have built is built again: of the sources alone, as if for the first time.
  tell(clone, 'git', 'clean', '-dfqX', '--', 'packages');
  show(clone, 'npm', 'run', 'build');

  const packages = readPackages(clone);
  const version = versionOf(packages);
  console.log(`\n${describeTarballs(packages.map((each) => rehearse(clone, each)))}\n`);
  if (!isReal) {
    const changes = pending.ids.length > 0 ? `, of the changesets ${pending.ids.join(', ')}` : '';
    console.log(
      `A rehearsal: it would be ${tagOf(version)}${changes}. Nothing was published, and nothing here has changed.`,
    );
    return [];
  }
  for (const each of packages) {
    if (isOut(clone, each)) console.log(`${each.name} ${version} is out already.`);
    else publish(clone, each);
  }
  tell(
    root,
    'git',
    'tag',
    '--annotate',
    '--message',
    `Release ${version}`,
    tagOf(version),
    tell(clone, 'git', 'rev-parse', 'HEAD'),
  );
  console.log(`\n${tagOf(version)} is out. Tell the others: git push origin ${tagOf(version)}`);
  return [];
}
