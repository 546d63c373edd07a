/** The packages that are released, as their manifests tell: all workspaces that are not private. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One of them. */
export interface Package {
  readonly name: string;
  readonly version: string;
  /** From the root of the house: `packages/core`. */
  readonly folder: string;
  /** What it needs of others when it runs. */
  readonly dependencies: Readonly<Record<string, string>>;
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly workspaces?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** All that are released of the house in a folder, those first that others depend on. */
export function readPackages(root: string): Package[] {
  const { workspaces = [] } = readManifest(root);
  const packages = workspaces
    .flatMap((pattern) => foldersOf(root, pattern))
    .map((folder) => ({ folder, ...readManifest(join(root, folder)) }))
    .filter((manifest) => manifest.private !== true)
    .map(({ name, version, folder, dependencies = {} }) => ({ name, version, folder, dependencies }));
  return inOrderOfDependence(packages);
}

/** The version of all of them: of the first one, where they differ. */
export function versionOf([first]: readonly Package[]): string {
  if (first === undefined) throw new Error('There is no package to release.');
  return first.version;
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}

/** Workspaces are named one by one, or as all in a folder: `packages/*`. */
function foldersOf(root: string, pattern: string): string[] {
  if (!pattern.endsWith('/*')) return [pattern];
  const parent = pattern.slice(0, -2);
  const entries = readdirSync(join(root, parent), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => `${parent}/${name}`);
}

/** Who breaks off between two packages must not leave one that needs another which is not out. */
function inOrderOfDependence(packages: readonly Package[]): Package[] {
  const waiting = new Map(packages.map((each) => [each.name, each]));
  const ordered: Package[] = [];
  while (waiting.size > 0) {
    const ready = [...waiting.values()].filter(({ dependencies }) =>
      Object.keys(dependencies).every((name) => !waiting.has(name)),
    );
    if (ready.length === 0)
      throw new Error(`These depend on each other in a circle: ${[...waiting.keys()].join(', ')}`);
    for (const each of ready) waiting.delete(each.name);
    ordered.push(...ready);
  }
  return ordered;
}
