/** Processes that share one core, so that it does not matter to which one the kernel has put each of them. */

import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';

/** Whether that could be done: it takes Linux, its command `taskset`, and the last of the cores. */
export function pinTogether(pids: readonly number[]): boolean {
  const core = String(cpus().length - 1);
  try {
    for (const pid of pids) execFileSync('taskset', ['-a', '-c', '-p', core, String(pid)], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
