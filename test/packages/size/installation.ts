/** What a package takes in an empty project, with everything that npm installs beside it. */

import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Company } from '../lock.ts';
import type { Tarball } from '../tarballs.ts';

export interface Installation {
  /** Of all files, without what a file system adds to each. */
  readonly bytes: number;
  /** Their names: of ours, of others, and of others that are optional and are there on this platform. */
  readonly packages: readonly string[];
}

/** Ours as they were packed, those of others as they lie in the node_modules of the house at `root`. */
export function installationOf({ ours, others }: Company, tarballs: readonly Tarball[], root: string): Installation {
  const own = tarballs.filter(({ name }) => ours.includes(name));
  const here = others.filter(({ path }) => existsSync(join(root, path)));
  const sizes = [
    ...own.map(({ unpackedBytes }) => unpackedBytes),
    ...here.map(({ path }) => bytesIn(join(root, path))),
  ];
  return {
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    packages: [...own, ...here].map(({ name }) => name).sort(),
  };
}

/** Of all files below, but those of packages that have been installed in it. */
function bytesIn(directory: string): number {
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.name !== 'node_modules')
    .map((entry) => ({ entry, path: join(directory, entry.name) }))
    .reduce((sum, { entry, path }) => sum + (entry.isDirectory() ? bytesIn(path) : statSync(path).size), 0);
}
