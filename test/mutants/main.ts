/**
 * Mutants: every bug of a zoo that others really had is planted in this code, one at a time, and some test must fail for it.
 *
 * Run: `npm run mutants`, or `npm run mutants -- M9 M10` for some of them. With `--json` every line is a JSON object.
 *
 * You will see, for each mutant, which test has killed it and how long that took, and at last a summary. The exit code is 0
 * only if all were killed: by an assertion or a timeout, as a type error proves nothing about the tests. Bugs are planted in a
 * copy of the house in a temporary directory, never here; the copy must first pass the same tests without any bug.
 *
 * The bugs are in `zoo/`, those behind the stories of `test/regressions` among them, each with the text that is replaced. When
 * you change such a text in the source, `zoo.test.ts` will ask you where the bug could sit now.
 */

import { constants } from 'node:os';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { command } from './command.ts';
import { ZOO } from './zoo.ts';

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => process.exit(128 + constants.signals[signal]));
}

process.exitCode = await command(process.argv.slice(2), {
  zoo: ZOO,
  root: fileURLToPath(new URL('../../../', import.meta.url)),
  print: (line) => console.log(line),
  complain: (text) => console.error(text),
});
