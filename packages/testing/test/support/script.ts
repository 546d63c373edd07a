/** The script, built, in a process of its own. */

import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { until } from './until.ts';

/** The built script; `npm test` builds first. */
const SCRIPT: string = fileURLToPath(new URL('../../dist/script/main.js', import.meta.url));

/** How to run the script on a terminal, by script(1) of util-linux, which every Debian has; undefined elsewhere. */
export function onTerminal(args: readonly string[]): readonly [string, ...string[]] | undefined {
  if (process.platform !== 'linux' || !existsSync('/usr/bin/script')) return undefined;
  const command = [process.execPath, SCRIPT, ...args].map((word) => `'${word}'`).join(' ');
  return ['/usr/bin/script', '--quiet', '--return', '--command', command, '/dev/null'];
}

/** A run of the script. It is killed when the test is over. */
export class ScriptRun {
  readonly child: ChildProcess;
  readonly lines: string[] = [];
  errors = '';
  readonly #closed: Promise<unknown>;

  /** Runs `file`, with Node unless it is given otherwise. */
  constructor(args: readonly string[], command: readonly [string, ...string[]] = [process.execPath, SCRIPT]) {
    const [file, ...first] = command;
    this.child = spawn(file, [...first, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#closed = once(this.child, 'close');
    if (this.child.stdout) createInterface(this.child.stdout).on('line', (line) => this.lines.push(line));
    this.child.stderr?.on('data', (chunk: Buffer) => {
      this.errors += chunk.toString();
    });
    onTestFinished(() => void this.child.kill('SIGKILL'));
  }

  /** Presses keys. */
  type(keys: string): void {
    this.child.stdin?.write(keys);
  }

  /** The first line that has this in it. */
  async line(text: string): Promise<string> {
    await until(() => this.lines.some((line) => line.includes(text)) || this.child.exitCode !== null);
    const found = this.lines.find((line) => line.includes(text));
    if (found === undefined) throw new Error(`it ended before it said ${text}: ${this.errors}`);
    return found;
  }

  /** Waits for its end; gives its exit code. */
  async ended(): Promise<number | null> {
    await this.#closed;
    return this.child.exitCode;
  }
}
