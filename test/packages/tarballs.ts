/** Our packages as tarballs, made as they are for the registry, and what may be in one. */

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sourceOf } from '../support/sources.ts';
import { homeOf } from './lock.ts';

/** A package that was packed. */
export interface Tarball {
  readonly name: string;
  /** The tarball itself. */
  readonly file: string;
  readonly packedBytes: number;
  /** Of all files in it. */
  readonly unpackedBytes: number;
  /** Their paths in the package. */
  readonly paths: readonly string[];
}

/** As `npm pack --json` tells it. */
interface Told {
  readonly name: string;
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

/** Packs packages of ours by name, from the house at `root`, into the directory `into`. */
export async function packAll(names: readonly string[], root: string, into: string): Promise<Tarball[]> {
  const homes = names.map((name) => `./${homeOf(name)}`);
  const quiet = ['--ignore-scripts', '--no-update-notifier', '--loglevel=error'];
  const args = ['pack', '--json', ...quiet, '--pack-destination', into, ...homes];
  const { stdout } = await promisify(execFile)('npm', args, { cwd: root, maxBuffer: 2 ** 24 });
  return (JSON.parse(stdout) as Told[]).map(({ name, filename, size, unpackedSize, files }) => ({
    name,
    file: join(into, filename),
    packedBytes: size,
    unpackedBytes: unpackedSize,
    paths: files.map(({ path }) => path),
  }));
}

/** What npm or we put into every package. */
const ALWAYS = ['LICENSE', 'README.md', 'package.json'];

/** Says what is wrong with the contents of a package that lives in the directory `home`; nothing, if all is well. */
export function judgeContents({ name, paths }: Pick<Tarball, 'name' | 'paths'>, home: string): string[] {
  const missing = ALWAYS.filter((path) => !paths.includes(path)).map((path) => `${name} has no ${path}`);
  const wrong = paths
    .filter((path) => !ALWAYS.includes(path))
    .flatMap((path) => {
      const twin = path.replace(/\.d\.ts$|\.js$/, path.endsWith('.js') ? '.d.ts' : '.js');
      if (!/^dist\/[a-z0-9/-]+(\.d\.ts|\.js)$/.test(path)) return [`${name} must not have ${path}`];
      if (!paths.includes(twin)) return [`${name} has ${path} without ${twin}`];
      if (existsSync(join(home, sourceOf(path)))) return [];
      return [`${name} has ${path}, whose source is gone: remove dist and build again`];
    });
  return [...missing, ...wrong];
}
