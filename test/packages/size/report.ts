/** The sizes of our packages, in tables for people. */

import { formatTable } from '../../support/table.ts';
import type { Size } from './size.ts';
import { format } from './size.ts';

/** Two tables, and what they mean. */
export function reportOf(sizes: readonly Size[]): string {
  const owners = [...new Set(sizes.flatMap(({ bundle }) => Object.keys(bundle.shares)))];
  const others = owners.filter((owner) => !owner.startsWith('@systole/')).sort();
  const bundles = sizes.map(({ name, bundle: { bytes, gzipBytes, brotliBytes, shares }, bounds }) => {
    const own = Object.entries(shares).filter(([owner]) => owner.startsWith('@systole/'));
    const ours = own.reduce((sum, [, share]) => sum + share, 0);
    const figures = [bytes, bounds.bundleBytes, gzipBytes, brotliBytes, ours];
    return [name, ...figures.map(format), ...others.map((owner) => format(shares[owner] ?? 0))];
  });
  const installations = sizes.map(({ name, installation: { bytes, packages }, bounds }) => [
    name,
    ...[bytes, bounds.installedBytes, packages.length, bounds.installedPackages].map(format),
  ]);
  return [
    'Bundled with all they depend on and minified (esbuild, ESM, only what Node has built in stays outside), in bytes. Of',
    'these, ours (the package, and what it uses of core), and what each dependency of ours has brought:',
    '',
    formatTable(['', 'bundle', 'at most', 'gzip', 'brotli', 'ours', ...others], bundles),
    '',
    'Installed in an empty project, native code for this platform included: bytes of all files, and packages:',
    '',
    formatTable(['', 'bytes', 'at most', 'packages', 'at most'], installations),
    '',
    ...sizes.map(({ name, installation: { packages } }) => `${name}: ${packages.join(' ')}`),
  ].join('\n');
}
