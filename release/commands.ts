/** The commands of others that a release is made with: git, npm, and whatever the house itself runs. */

import { spawnSync } from 'node:child_process';

/** What a command has said. */
export interface Answer {
  /** Whether it ended with 0. */
  readonly isOk: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command unseen, whatever it ends with. @throws Error if there is no such command. */
export function ask(folder: string, file: string, ...args: readonly string[]): Answer {
  const { status, stdout, stderr, error } = spawnSync(file, args, {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (error !== undefined) throw error;
  return { isOk: status === 0, stdout, stderr };
}

/** What a command prints, without the end of its last line. @throws Error with all it has said if it fails. */
export function tell(folder: string, file: string, ...args: readonly string[]): string {
  const { isOk, stdout, stderr } = ask(folder, file, ...args);
  if (!isOk) throw new Error(`${file} ${args.join(' ')} has failed.\n${stdout}${stderr}`.trimEnd());
  return stdout.trimEnd();
}

/** Runs a command before all eyes. @throws Error if it fails. */
export function show(folder: string, file: string, ...args: readonly string[]): void {
  const line = [file, ...args].join(' ');
  console.log(`\n$ ${line}`);
  const { status, error } = spawnSync(file, args, { cwd: folder, stdio: 'inherit' });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${line} has failed.`);
}

/** Installs what the lock-file says, or brings the lock-file up to date with manifests that have changed. */
export function install(folder: string): void {
  show(folder, 'npm', 'install', '--prefer-offline', '--no-audit', '--no-fund');
}

/** The lines of a text that are not empty. */
export function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
