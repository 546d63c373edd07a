/** Packages on their way to a registry: what is in them, whether they are there already, and sending them. */

import { join } from 'node:path';
import { ask, show, tell } from './commands.ts';
import type { Package } from './packages.ts';

/** What is packed of a package. Sizes are bytes. */
export interface Tarball {
  readonly name: string;
  readonly version: string;
  /** Packed. */
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string; readonly size: number }[];
}

/** What would be sent of a package in a built clone. Asks no registry, and nobody's name. */
export function rehearse(clone: string, { name, folder }: Package): Tarball {
  const printed = tell(join(clone, folder), 'npm', 'publish', '--dry-run', '--offline', '--json', '--loglevel=error');
  const tarball = (JSON.parse(printed) as Readonly<Record<string, Tarball>>)[name];
  if (tarball === undefined) throw new Error(`npm tells of no tarball of ${name}: ${printed}`);
  return tarball;
}

/** Whether the registry has this version. @throws Error if it does not answer. */
export function isOut(clone: string, { name, version }: Package): boolean {
  const { isOk, stdout, stderr } = ask(
    clone,
    'npm',
    'view',
    `${name}@${version}`,
    'version',
    '--prefer-online',
    '--json',
  );
  if (isOk) return stdout.trim() !== '';
  if ((JSON.parse(stdout || '{}') as { error?: { code?: string } }).error?.code === 'E404') return false;
  throw new Error(`The registry does not tell whether ${name} ${version} is out.\n${stdout}${stderr}`.trimEnd());
}

/** Sends it, where npm is set up to. Access is what the manifest says. */
export function publish(clone: string, { folder }: Package): void {
  show(join(clone, folder), 'npm', 'publish');
}

/** A table of what is packed: a line for each package, and below it one for each file. */
export function describeTarballs(tarballs: readonly Tarball[]): string {
  return tarballs
    .flatMap(({ name, version, size, unpackedSize, files }) => [
      `${name} ${version}: ${files.length} files, ${bytes(unpackedSize)}, packed ${bytes(size)}`,
      ...files.map((file) => `${bytes(file.size).padStart(14)}  ${file.path}`),
    ])
    .join('\n');
}

function bytes(count: number): string {
  return `${count.toLocaleString('en')} B`;
}
