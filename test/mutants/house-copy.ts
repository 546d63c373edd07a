/** A copy of the house in a temporary directory, in which bugs are planted: never in the working tree. */

import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import process from 'node:process';
import type { Change } from './bug.ts';
import type { Ended } from './programs.ts';
import { Programs } from './programs.ts';

/** Our own packages are links to their sources: in the copy, to the copied ones. */
const OWN_SCOPE = '@systole';

/** See the head of the file. It is gone when {@link remove} was called, or the process has exited, be it by Ctrl-C. */
export class HouseCopy {
  /** Its root. */
  readonly root: string;
  readonly #directory: string;
  readonly #programs: Programs;
  readonly #originals = new Map<string, string>();
  readonly #removeAtExit = (): void => this.remove();

  /** Copies what git knows or would add, and these directories, such as those of what is built. */
  constructor(original: string, built: readonly string[] = []) {
    this.#directory = realpathSync(mkdtempSync(join(tmpdir(), 'systole-')));
    process.once('exit', this.#removeAtExit);
    this.root = join(this.#directory, 'house');
    const scratch = join(this.#directory, 'tmp');
    mkdirSync(scratch);
    this.#programs = new Programs({
      cwd: this.root,
      env: { ...withoutRunner(process.env), TMPDIR: scratch, NO_COLOR: '1' },
    });
    const files = copyFiles(original, this.root);
    for (const directory of built) {
      cpSync(join(original, directory), join(this.root, directory), { recursive: true });
    }
    // A workspace has modules of its own where it needs another version than the house: typescript 6 beside 7.
    for (const file of files) {
      if (basename(file) !== 'package.json') continue;
      const modules = join(dirname(file), 'node_modules');
      if (existsSync(join(original, modules))) linkModules(join(original, modules), join(this.root, modules));
    }
  }

  /** Replaces texts that are there once, as `findRot` has made sure of. */
  plant(changes: readonly Change[]): void {
    for (const { file, from, to } of changes) {
      const path = join(this.root, file);
      const text = readFileSync(path, 'utf8');
      if (!this.#originals.has(path)) this.#originals.set(path, text);
      // Not by replace(), to which a `$` means something.
      writeFileSync(path, text.split(from).join(to));
    }
  }

  /** Takes all out again that was planted. */
  weed(): void {
    for (const [path, text] of this.#originals) writeFileSync(path, text);
    this.#originals.clear();
  }

  /** Runs a script of the copy in the copy, and kills it after `timeoutMs`. */
  run(script: string, args: readonly string[], timeoutMs: number): Promise<Ended> {
    return this.#programs.run(join(this.root, script), args, timeoutMs);
  }

  /** Ends whatever runs in it, and removes it. */
  remove(): void {
    process.off('exit', this.#removeAtExit);
    this.#programs.kill();
    // Whoever was killed may be about to write a last file.
    rmSync(this.#directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
}

/** Returns which files those are. */
function copyFiles(original: string, root: string): readonly string[] {
  const known = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const listed = execFileSync('git', known, { cwd: original, encoding: 'utf8' }).split('\0');
  // What was removed git may not have been told of yet.
  const files = listed.filter((file) => file !== '' && existsSync(join(original, file)));
  for (const file of files) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    copyFileSync(join(original, file), join(root, file));
  }
  return files;
}

function linkModules(original: string, modules: string): void {
  mkdirSync(modules);
  for (const name of readdirSync(original)) {
    // Caches such as `.vite` are written to: each house has its own.
    if (name.startsWith('.')) continue;
    if (name === OWN_SCOPE) copyLinks(join(original, name), join(modules, name));
    else symlinkSync(join(original, name), join(modules, name));
  }
}

function copyLinks(original: string, scope: string): void {
  mkdirSync(scope);
  for (const name of readdirSync(original)) symlinkSync(readlinkSync(join(original, name)), join(scope, name));
}

/** A test runner that runs us has variables that are not meant for the one that we run. */
function withoutRunner(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('VITEST')));
}
