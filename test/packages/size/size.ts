/** How large our packages are for those who bundle and for those who install them, and how large they may be. */

import type { Lock } from '../lock.ts';
import { companyOf } from '../lock.ts';
import type { Tarball } from '../tarballs.ts';
import type { Bundle } from './bundle.ts';
import { bundle } from './bundle.ts';
import type { Installation } from './installation.ts';
import { installationOf } from './installation.ts';

export interface Size {
  readonly name: string;
  readonly bundle: Bundle;
  readonly installation: Installation;
  readonly bounds: Bounds;
}

/** Whoever goes beyond has a reason, and says it with the new bound. */
interface Bounds {
  readonly bundleBytes: number;
  readonly installedBytes: number;
  readonly installedPackages: number;
}

/** About a tenth above what was measured on Linux x64; of packages, as many as there are. */
const BOUNDS: Readonly<Record<'client' | 'server' | 'watch', Bounds>> = {
  client: { bundleBytes: 232_000, installedBytes: 6_620_000, installedPackages: 21 },
  server: { bundleBytes: 255_000, installedBytes: 6_730_000, installedPackages: 21 },
  watch: { bundleBytes: 100_000, installedBytes: 5_360_000, installedPackages: 8 },
};

/** Measures client, server and watch of the house at `root`, of which all tarballs are given. */
export function measureSizes(tarballs: readonly Tarball[], lock: Lock, root: string): Promise<Size[]> {
  return Promise.all(
    Object.entries(BOUNDS).map(async ([folder, bounds]) => {
      const company = companyOf(folder, lock);
      return {
        name: `@systole/${folder}`,
        bundle: await bundle(company, root),
        installation: installationOf(company, tarballs, root),
        bounds,
      };
    }),
  );
}

/** Says what is larger than it may be. */
export function judgeSize({ name, bundle: { bytes }, installation, bounds }: Size): string[] {
  const judge = (what: string, is: number, bound: number): string[] =>
    is <= bound ? [] : [`${name} ${what}: ${format(is)}, and ${format(bound)} at most`];
  return [
    ...judge('bundled and minified, bytes', bytes, bounds.bundleBytes),
    ...judge('installed, bytes', installation.bytes, bounds.installedBytes),
    ...judge('installed, packages', installation.packages.length, bounds.installedPackages),
  ];
}

/** 12345 as `12,345`. */
export function format(number: number): string {
  return number.toLocaleString('en-US');
}
