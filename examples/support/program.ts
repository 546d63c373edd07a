/** The other processes of an example. None of them outlives it. */

import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';

/** Starts a program of ours. Its standard output is dropped, because ours may be read by a machine. */
export function startProgram(file: URL, ...args: readonly (string | number)[]): ChildProcess {
  const program = fork(file, args.map(String), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  // SIGKILL, because a frozen process hears nothing else. Also runs when the example fails or is interrupted.
  const kill = (): void => void program.kill('SIGKILL');
  process.once('exit', kill);
  program.once('exit', () => process.off('exit', kill));
  return program;
}

/** Ends a program, frozen or not, and waits until it is gone. */
export async function endProgram(program: ChildProcess): Promise<void> {
  if (program.exitCode !== null || program.signalCode !== null) return;
  const gone = once(program, 'exit');
  program.kill('SIGKILL');
  await gone;
}

/** For the programs themselves: ends with the process that has started us, should it die without a chance to end us. */
export function endWithParent(): void {
  if (!process.connected) process.exit();
  process.once('disconnect', () => process.exit());
}
