/** What a package adds to a program that is bundled and minified, with everything that it depends on. */

import { isBuiltin } from 'node:module';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import type { Company } from '../lock.ts';

/** All of it in bytes. */
export interface Bundle {
  readonly bytes: number;
  readonly gzipBytes: number;
  readonly brotliBytes: number;
  /** What of it is ours, by package; what each direct dependency of ours has brought; and `esbuild`: what holds it together. */
  readonly shares: Readonly<Record<string, number>>;
}

/**
 * Bundles all that a package exports from its root, as built, found from the directory `root`. Only what Node has built in stays outside, and what
 * is optional and not installed.
 *
 * @throws Error if anything else would stay outside.
 */
export async function bundle({ ours, others }: Company, root: string): Promise<Bundle> {
  const result = await build({
    stdin: { contents: `export * from '${ours[0]}';`, resolveDir: root },
    absWorkingDir: root,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    metafile: true,
    write: false,
    logLevel: 'silent',
  });
  const [output] = Object.values(result.metafile.outputs);
  const [file] = result.outputFiles;
  if (output === undefined || file === undefined) throw new Error('esbuild has made nothing');
  const optional = others.filter((other) => other.optional).map(({ name }) => name);
  const outside = output.imports.map(({ path }) => path).filter((path) => !isBuiltin(path) && !optional.includes(path));
  if (outside.length > 0) throw new Error(`${outside.join(', ')} would have to be installed beside the bundle`);

  const shares: Record<string, number> = {};
  let rest = output.bytes;
  for (const [path, { bytesInOutput }] of Object.entries(output.inputs)) {
    const name = ownerOf(path);
    const owner = others.find((other) => other.name === name)?.by ?? name;
    shares[owner] = (shares[owner] ?? 0) + bytesInOutput;
    rest -= bytesInOutput;
  }
  shares['esbuild'] = (shares['esbuild'] ?? 0) + rest;
  return {
    bytes: file.contents.length,
    gzipBytes: gzipSync(file.contents, { level: 9 }).length,
    brotliBytes: brotliCompressSync(file.contents).length,
    shares,
  };
}

/** The name of the package that a file is of: the innermost of node_modules, or one of ours; else nobody's, so esbuild's. */
function ownerOf(path: string): string {
  const [, , installed] = /(^|.*\/)node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path) ?? [];
  const [, ours] = /(?:^|\/)packages\/([^/]+)\/dist\//.exec(path) ?? [];
  return installed ?? (ours === undefined ? 'esbuild' : `@systole/${ours}`);
}
