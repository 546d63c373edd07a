/** `npm run bench`, as a process of its own. */

import { execFile } from 'node:child_process';
import { setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Tests beside this one measure time, too: what bench starts shall not go before them. */
const STAND_BACK = 1;

export interface BenchOutcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a scenario with its flags, for at most so long. */
export async function bench(limitMs: number, ...args: readonly string[]): Promise<BenchOutcome> {
  const main = fileURLToPath(new URL('../../bench/dist/main.js', import.meta.url));
  try {
    const running = promisify(execFile)(process.execPath, [main, ...args], { timeout: limitMs });
    if (running.child.pid !== undefined) setPriority(running.child.pid, STAND_BACK);
    return { code: 0, ...(await running) };
  } catch (error) {
    return error as BenchOutcome;
  }
}
