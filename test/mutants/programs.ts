/** Programs that are run to their end, each with all that it starts in a process group of its own, so that none outlives us. */

import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import process from 'node:process';

/** How a program ended. */
export interface Ended {
  /** Undefined if it did not end by itself. */
  readonly code: number | undefined;
  /** All that it has written, errors included. */
  readonly output: string;
}

/** Where programs run. */
export interface Place {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/** See the head of the file. */
export class Programs {
  readonly #place: Place;
  readonly #running = new Set<ChildProcess>();

  constructor(place: Place) {
    this.#place = place;
  }

  /** Runs a script with this Node; after `timeoutMs` it is killed. */
  run(script: string, args: readonly string[], timeoutMs: number): Promise<Ended> {
    const child = spawn(process.execPath, [script, ...args], { ...this.#place, detached: true, stdio: 'pipe' });
    this.#running.add(child);
    child.stdin.end();
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk;
      });
    }
    const timer = setTimeout(() => killGroup(child), timeoutMs);
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) => {
        clearTimeout(timer);
        this.#running.delete(child);
        resolve({ code: code ?? undefined, output });
      });
    });
  }

  /** Ends all at once, with whatever they have started. */
  kill(): void {
    for (const child of this.#running) killGroup(child);
  }
}

function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended in this very moment.
  }
}
