/** docs/PERFORMANCE.md has what scenarios print, each between the marks of its command line. */

import { availableParallelism } from 'node:os';
import process from 'node:process';
import { writeBetweenMarks } from './marks.ts';

/**
 * Puts there what a command has printed.
 *
 * @throws Error if the document has no marks of this command.
 */
export async function writePerformance(command: string, printed: string): Promise<void> {
  const machine = `Node ${process.versions.node}, ${availableParallelism()} cores`;
  await writeBetweenMarks('docs/PERFORMANCE.md', `${command} --write`, formatOutput(command, machine, printed));
}

/** As the document has it. No date: it is the machine that matters. */
export function formatOutput(command: string, machine: string, printed: string): string {
  return `\`${command}\`, ${machine}:\n\n\`\`\`text\n${printed}\n\`\`\``;
}
