/** What stands in the way of a release, all of it at once. None of these asks a network. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Pending } from './changesets.ts';
import { ask, linesOf, tell } from './commands.ts';
import { MAIN } from './fresh-clone.ts';
import type { Package } from './packages.ts';
import { versionOf } from './packages.ts';

/** Why this working tree is not what would be released. */
export function obstaclesOfTree(root: string): string[] {
  const branch = tell(root, 'git', 'branch', '--show-current');
  return [
    ...(branch === MAIN ? [] : [`Releases are made from ${MAIN}, and this is ${branch || 'no branch'}.`]),
    ...linesOf(tell(root, 'git', 'status', '--porcelain')).map((line) => `Not committed: ${line}`),
  ];
}

/** Why these packages do not fit together. */
export function obstaclesOfVersions(packages: readonly Package[], fixed: readonly string[]): string[] {
  const versions = new Map(packages.map(({ name, version }) => [name, version]));
  const names = [...versions.keys()].sort();
  const isOneGroup = JSON.stringify(names) === JSON.stringify([...fixed].sort());
  return [
    ...(isOneGroup
      ? []
      : [`The fixed group of .changeset/config.json is not all that is released: ${names.join(', ')}.`]),
    ...(new Set(versions.values()).size === 1
      ? []
      : [`Versions differ: ${packages.map(({ name, version }) => `${name} ${version}`).join(', ')}.`]),
    ...packages.flatMap(({ name, dependencies }) =>
      Object.entries(dependencies)
        .filter(([needed, wanted]) => versions.has(needed) && versions.get(needed) !== wanted)
        .map(([needed, wanted]) => `${name} asks for ${needed} ${wanted}, which is ${versions.get(needed)}.`),
    ),
  ];
}

/** Why users would not be told what has changed. */
export function obstaclesOfChanges(clone: string, packages: readonly Package[], { ids }: Pending): string[] {
  if (ids.length > 0) return [];
  const version = versionOf(packages);
  if (!isReleased(clone, version)) {
    return packages
      .filter(({ folder }) => !isTold(join(clone, folder, 'CHANGELOG.md'), version))
      .map(({ folder }) => `${folder}/CHANGELOG.md does not tell of ${version}: no changeset has made it.`);
  }
  const tag = tagOf(version);
  const shipped = packages.flatMap(({ folder }) => [`${folder}/src`, `${folder}/package.json`]);
  return linesOf(tell(clone, 'git', 'diff', '--name-only', tag, 'HEAD', '--', ...shipped)).map(
    (file) =>
      `${file} has changed since ${tag}, and no changeset says so: npx changeset, with --empty if nobody feels it.`,
  );
}

/** Whether a version has its tag. */
export function isReleased(clone: string, version: string): boolean {
  return ask(clone, 'git', 'rev-parse', '--verify', '--quiet', `refs/tags/${tagOf(version)}`).isOk;
}

/** The one tag of a version of all packages. */
export function tagOf(version: string): string {
  return `v${version}`;
}

function isTold(changelog: string, version: string): boolean {
  return existsSync(changelog) && linesOf(readFileSync(changelog, 'utf8')).includes(`## ${version}`);
}
