/** An experiment: the same happens to a plain pair of sockets and to a pair of Systole, and what each was told is printed side by side. */

import process from 'node:process';
import { isDeepStrictEqual } from 'node:util';
import { Column } from './column.ts';

/** Makes it happen to one pair, and resolves when that pair has nothing more to tell. */
export type Side = (column: Column) => Promise<void>;

/** One thing that happens, to both. */
interface Trial {
  /** In words. */
  readonly happens: string;
  readonly plain: Side;
  readonly systole: Side;
  /** What each column says, line by line, if the world is as this experiment claims. */
  readonly expected: { readonly plain: readonly string[]; readonly systole: readonly string[] };
}

/** See the head of the file. */
export interface Experiment {
  readonly title: string;
  readonly trials: readonly Trial[];
  /** What one learns, in one sentence. */
  readonly lesson: string;
}

/** A trial that is not over by then never will be. */
const LIMIT_MS = 10_000;

/** What the left column takes, with the gap behind it. */
const COLUMN_CHARS = 40;

/** Runs the trials in turn and prints the table. The exit code is 1 if a column does not say what was expected. */
export async function conduct({ title, trials, lesson }: Experiment): Promise<void> {
  console.log(title);
  console.log();
  printRow('node:net', 'Systole');
  printRow('-'.repeat(COLUMN_CHARS - 2), '-'.repeat(COLUMN_CHARS - 2));
  for (const trial of trials) await conductTrial(trial);
  console.log();
  console.log(lesson);
}

async function conductTrial({ happens, plain, systole, expected }: Trial): Promise<void> {
  console.log(`${happens}:`);
  const left = new Column();
  const right = new Column();
  const limit = setTimeout(() => {
    printRows(left, right);
    console.error(`“${happens}” was not over within ${LIMIT_MS} ms`);
    process.exit(1);
  }, LIMIT_MS);
  try {
    await Promise.all([plain(left), systole(right)]);
  } finally {
    await Promise.all([left.end(), right.end()]);
    clearTimeout(limit);
  }
  printRows(left, right);
  compare(`node:net, “${happens}”`, left, expected.plain);
  compare(`Systole, “${happens}”`, right, expected.systole);
}

function compare(what: string, { lines }: Column, expected: readonly string[]): void {
  if (isDeepStrictEqual(lines, expected)) return;
  console.error(`${what}: not as expected, which was: ${expected.join(' | ')}`);
  process.exitCode = 1;
}

function printRows(left: Column, right: Column): void {
  for (let row = 0; row < Math.max(left.lines.length, right.lines.length); row += 1) {
    printRow(left.lines[row] ?? '', right.lines[row] ?? '');
  }
}

function printRow(left: string, right: string): void {
  console.log(`  ${left.padEnd(COLUMN_CHARS)}${right}`.trimEnd());
}
