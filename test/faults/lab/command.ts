/** The system's own commands, which make networks and break them. */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Runs a command to its end, and returns what it printed. Rejects with what it complained about. */
export async function run(command: string, args: readonly string[], input = ''): Promise<string> {
  const running = execute(command, args, { timeout: 10_000 });
  running.child.stdin?.on('error', () => {}); // it may end without having read; how it ended says enough
  running.child.stdin?.end(input);
  return (await running).stdout;
}
