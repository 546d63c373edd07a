/**
 * What tests import by a package's name is its source, not what was built of it. The manifests do not say where that is, as no
 * source is in a tarball; but each file of `dist` is made of the one with its name in `src`.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const packages = new URL('../../packages/', import.meta.url);

/** As vite takes it: an import that matches is one of the replacement. */
export interface AliasOfSource {
  readonly find: RegExp;
  readonly replacement: string;
}

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, { readonly default: string }>>;
}

/** One for each subpath that our packages export, which stands for the file that its entry is built of. */
export function aliasesOfSources(): AliasOfSource[] {
  return readdirSync(packages).flatMap((folder) => {
    const home = new URL(`${folder}/`, packages);
    const { name, exports } = JSON.parse(readFileSync(new URL('package.json', home), 'utf8')) as Manifest;
    return Object.entries(exports).map(([subpath, { default: built }]) => ({
      find: new RegExp(`^${name}${subpath.slice(1)}$`),
      replacement: fileURLToPath(new URL(sourceOf(built), home)),
    }));
  });
}

/** The source, in its package, of a file that was built there: `src/x.ts` of `dist/x.js` and of `dist/x.d.ts`. */
export function sourceOf(built: string): string {
  return built.replace(/^(\.\/)?dist\//, '$1src/').replace(/(\.d\.ts|\.js)$/, '.ts');
}
