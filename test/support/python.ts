/** The second implementation: the programs in examples/python, each in a process of its own that tells lines of JSON. */

import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { Tape } from './tape.ts';

/** Whether there is a Python that can run them. */
export const hasPython: boolean =
  spawnSync('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 9))']).status === 0;

/** What one of the programs tells. */
export interface PythonEvent {
  readonly event: 'listening' | 'connect' | 'disconnect' | 'message' | 'settled' | 'pong' | 'unreachable';
  readonly [detail: string]: unknown;
}

/** Where a program of examples/python is. */
export function pythonFile(name: string): string {
  return fileURLToPath(new URL(`../../examples/python/${name}`, import.meta.url));
}

/** One of the two ends, in Python. It is ended when the test is over. */
export class PythonPeer {
  readonly told: Tape<PythonEvent> = new Tape();
  readonly #child: ChildProcess;
  readonly #exited: Promise<number | null>;

  constructor(name: 'client' | 'server', port: number, options: object) {
    const args = ['-B', pythonFile(`${name}.py`), String(port), JSON.stringify(options)];
    const child = spawn('python3', args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#child = child;
    this.#exited = once(child, 'exit').then(([code]) => code as number | null);
    createInterface(child.stdout).on('line', (line) => this.told.push(JSON.parse(line) as PythonEvent));
    onTestFinished(async () => {
      child.kill('SIGKILL');
      await this.#exited;
    });
  }

  /** Sends a message. */
  send(message: unknown): void {
    this.#child.stdin?.write(`${JSON.stringify(message)}\n`);
  }

  /** Says goodbye; resolves with its exit code. */
  async close(): Promise<number | null> {
    this.#child.stdin?.end();
    return await this.#exited;
  }

  /** The first so many events of a kind. */
  async first(event: PythonEvent['event'], count = 1): Promise<PythonEvent[]> {
    const isOne = (told: PythonEvent): boolean => told.event === event;
    await this.told.until((items) => items.filter(isOne).length >= count);
    return this.told.all(isOne).slice(0, count);
  }

  /** Stops the whole process, while its kernel goes on acknowledging bytes. */
  freeze(): void {
    this.#child.kill('SIGSTOP');
  }
}
