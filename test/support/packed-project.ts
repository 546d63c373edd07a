/**
 * A project of a stranger: empty but for packages that were packed here and installed from their tarballs. What they depend on
 * is packed from our node_modules too, so that neither a registry nor what npm's cache happens to hold plays a part.
 */

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const modules = fileURLToPath(new URL('../../node_modules', import.meta.url));
const QUIET = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'];

/** The output of a program that ended well; rejects, with its output in the message, for one that did not. */
type Run = (file: string, ...args: readonly string[]) => Promise<string>;

/** See the head of the file. */
export interface PackedProject {
  readonly folder: string;
  /** Runs a program in the project; npm and npx do so without a network, and with a cache that was empty. */
  readonly run: Run;
  /** Copies a file into the project. */
  add(source: URL, name: string): Promise<void>;
  /** Removes it, with all that is in it. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Installs packages of ours, or of our node_modules, by name, and what they depend on that is not optional. */
export async function installPacked(...names: readonly string[]): Promise<PackedProject> {
  const folder = await mkdtemp(join(tmpdir(), 'systole-packed-'));
  const tarballs = join(folder, 'tarballs');
  await mkdir(tarballs);
  const run = runIn(folder);
  const sources = closureOf(names).map((name) => join(modules, name));
  await run('npm', 'pack', ...QUIET, '--pack-destination', tarballs, ...sources);
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  const packed = (await readdir(tarballs)).map((name) => `./tarballs/${name}`);
  await run('npm', 'install', ...QUIET, '--omit=optional', ...packed);
  return {
    folder,
    run,
    add: (source, name) => cp(source, join(folder, name)),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** These packages and all that they depend on, directly or not. */
function closureOf(names: readonly string[]): string[] {
  const closure = new Set<string>(names);
  // A set may grow while it is gone through.
  for (const name of closure) {
    const manifest = readFileSync(join(modules, name, 'package.json'), 'utf8');
    const { dependencies = {} } = JSON.parse(manifest) as { dependencies?: Record<string, string> };
    for (const dependency of Object.keys(dependencies)) closure.add(dependency);
  }
  return [...closure];
}

function runIn(folder: string): Run {
  const env = { ...process.env, npm_config_cache: join(folder, 'npm-cache'), npm_config_offline: 'true' };
  return async (file, ...args) => {
    try {
      return (await execute(file, args, { cwd: folder, env })).stdout;
    } catch (error) {
      const { stdout, stderr } = error as { stdout: string; stderr: string };
      throw new Error(`${file} ${args.join(' ')} has failed: ${stdout}${stderr}`, { cause: error });
    }
  };
}
