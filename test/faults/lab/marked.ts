/**
 * Processes of a run, each with the process id of the run in its environment: so that whoever comes later can end those that cannot
 * see that it is over, such as frozen ones. Linux only.
 */

import { readdir, readFile } from 'node:fs/promises';
import process from 'node:process';

const MARK = 'SYSTOLE_FAULTS_RUN';

/** Marks whatever this process starts from now on. */
export function markFor(owner: number): void {
  process.env[MARK] = String(owner);
}

/** The environment of this process, for one that shall not be marked. */
export function unmarked(): NodeJS.ProcessEnv {
  return { ...process.env, [MARK]: undefined };
}

/** Ends every process that is marked for `owner`, but for ourselves. */
export async function endMarked(owner: number): Promise<void> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name)).map(Number);
  for (const pid of pids) if (pid !== process.pid && (await isMarked(pid, owner))) end(pid);
}

async function isMarked(pid: number, owner: number): Promise<boolean> {
  // It may be another user's, or be gone by now.
  const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
  return environment.split('\0').includes(`${MARK}=${owner}`);
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has just ended by itself.
  }
}
