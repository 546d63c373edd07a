/** Blocks of code as programs: compiled all at once, each as it stands, and run one by one. */

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import type { Block } from './markdown.ts';
import { root } from './markdown.ts';

const RUN_MS = 20_000;

const STRICT = {
  target: 'es2022',
  lib: ['es2023', 'esnext.disposable'],
  module: 'nodenext',
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noUnusedLocals: true,
  noImplicitReturns: true,
  allowJs: true,
  checkJs: true,
  skipLibCheck: true,
  types: ['node'],
};

export interface Compiled {
  /** To be removed. */
  readonly folder: string;
  /** What the compiler complains of, by document and line; empty if nothing. */
  readonly complaints: string;
}

/** In the tests' own folder, where a module finds what tests may import. The names of the files say where the blocks stand. */
export async function compile(blocks: readonly Block[]): Promise<Compiled> {
  await mkdir(join(root, 'test/dist'), { recursive: true });
  const folder = await mkdtemp(join(root, 'test/dist/documents-'));
  await Promise.all(blocks.map((block) => writeFile(join(folder, nameOf(block)), programOf(block))));
  const config = { compilerOptions: { ...STRICT, rootDir: '.', outDir: 'out' }, files: blocks.map(nameOf) };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { stdout } = await promisify(execFile)(process.execPath, [tsc, '-p', folder], { cwd: folder }).catch(
    (error: { stdout: string }) => error,
  );
  return { folder, complaints: stdout };
}

/** What the block shows, behind what its reader is to imagine before it. */
function programOf({ text, says }: Block): string {
  return `${says.get('given')?.replaceAll('\n', ' ') ?? ''}\n${text}`;
}

function nameOf({ document, line, language }: Block): string {
  return `${document.replace(/\.md$/, '').replaceAll(/[^\w-]+/g, '-')}-${line}.${language}`;
}

/** The compiled program of a block. */
export function compiledFileOf(folder: string, block: Block): string {
  return join(folder, 'out', nameOf(block).replace(/\.ts$/, '.js'));
}

/**
 * What a program prints.
 *
 * @throws Error if it ends with anything but 0, or not at all.
 */
export async function outputOf(file: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [file], { cwd: root, timeout: RUN_MS });
  return stdout;
}
