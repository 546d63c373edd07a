/** What publint, attw and knip have to say of our packages. */

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { stripVTControlCharacters } from 'node:util';

/** A command of our node_modules, and what it is called with. */
export interface Tool {
  readonly command: string;
  readonly args: readonly string[];
  /** What it prints when it is content, if its exit code does not say so. */
  readonly content?: string;
}

/** Whether manifest and files of a tarball fit each other; a mere suggestion is a complaint, too. */
export function publint(tarball: string): Tool {
  return { command: 'publint', args: [tarball], content: 'All good!' };
}

/** Whether TypeScript finds the right types of each subpath in a tarball: ESM only, so under `nodenext` and for bundlers. */
export function attw(tarball: string): Tool {
  return { command: 'attw', args: [tarball, '--profile', 'esm-only', '--no-emoji'] };
}

/** Whether the workspace has files, exports or dependencies that nobody uses. */
export function knip(): Tool {
  return { command: 'knip', args: ['--no-progress', '--treat-config-hints-as-errors'] };
}

/** Runs a tool of the house at `root`, there; says what it printed if it is not content, and nothing if it is. */
export function complaintsOf({ command, args, content = '' }: Tool, root: string): Promise<string[]> {
  return new Promise((resolve) => {
    const argv = [join(root, 'node_modules/.bin', command), ...args];
    execFile(process.execPath, argv, { cwd: root, maxBuffer: 2 ** 24 }, (error, stdout, stderr) => {
      const ok = error === null && stdout.includes(content);
      resolve(ok ? [] : [stripVTControlCharacters(`${command} ${args.join(' ')}\n${stdout}${stderr}`).trim()]);
    });
  });
}
