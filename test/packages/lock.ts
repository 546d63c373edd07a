/** What a package brings with it, by the lock file: what is installed beside it in an empty project. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A package of somebody else's that comes with one of ours. */
export interface Brought {
  readonly name: string;
  readonly version: string;
  /** As its manifest says it; undefined if it does not. */
  readonly license: string | undefined;
  /** Where it is installed, from the root of the house. */
  readonly path: string;
  /** It may be missing: on another platform, or because somebody chose so. */
  readonly optional: boolean;
  /** Which direct dependency of ours brings it, first of all; itself, if it is one. */
  readonly by: string;
}

/** What comes with one of our packages. */
export interface Company {
  /** Of ours, by name; the package itself is the first. */
  readonly ours: readonly string[];
  readonly others: readonly Brought[];
  /** Optional ones that the lock file does not have, such as those for other platforms. */
  readonly unknown: readonly string[];
}

interface Entry {
  readonly version?: string;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** The lock file of a house, by the path of each package. */
export type Lock = Readonly<Record<string, Entry>>;

/** Reads `package-lock.json` in the directory `root`. */
export function readLock(root: string): Lock {
  return (JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as { packages: Lock }).packages;
}

/** What comes with `@systole/<folder>`. Peers that are optional do not come. */
export function companyOf(folder: string, lock: Lock): Company {
  const ours = [`@systole/${folder}`];
  const others = new Map<string, Brought>();
  const unknown = new Set<string>();

  const follow = (path: string, asker: Pick<Brought, 'by' | 'optional'> | undefined): void => {
    const { dependencies = {}, optionalDependencies = {} } = lock[path] ?? {};
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      if (name.startsWith('@systole/')) {
        if (ours.includes(name)) continue;
        ours.push(name);
        follow(homeOf(name), undefined);
      } else {
        const found = lookUp(name, path, lock);
        const optional = asker?.optional === true || name in optionalDependencies;
        if (found !== undefined) {
          const known = others.get(found);
          if (known !== undefined && known.optional <= optional) continue;
          const { version = '', license } = lock[found] ?? {};
          const brought = { name, version, license, path: found, optional, by: asker?.by ?? name };
          others.set(found, brought);
          follow(found, brought);
        } else if (optional) unknown.add(name);
        else throw new Error(`the lock file has no ${name} for ${path}`);
      }
    }
  };

  follow(`packages/${folder}`, undefined);
  return { ours, others: [...others.values()], unknown: [...unknown] };
}

/** Where a package of ours lives, from the root of the house. */
export function homeOf(name: string): string {
  return name.replace('@systole/', 'packages/');
}

/** As Node does: in the `node_modules` of who asks, then of those above it. */
function lookUp(name: string, from: string, lock: Lock): string | undefined {
  for (let above = from; ; above = above.slice(0, Math.max(0, above.lastIndexOf('/')))) {
    const path = `${above === '' ? '' : `${above}/`}node_modules/${name}`;
    if (lock[path] !== undefined) return path;
    if (above === '') return undefined;
  }
}
