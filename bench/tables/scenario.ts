/** The tables of README.md, made of those in docs/LIVENESS.md and docs/PERFORMANCE.md, which the runs themselves have written. */

import { readDocument, writeBetweenMarks } from '../support/marks.ts';
import type { Scenario } from '../support/scenario.ts';
import { formatMeasured } from './measured.ts';

export const tables: Scenario = {
  summary: "the README's tables, from those that runs have written into docs/LIVENESS.md and docs/PERFORMANCE.md",
  flags: '    --write         puts them into README.md',
  prepare(args) {
    if (args.length > 0) throw new Error(`tables has no flags of its own, got ${args.join(' ')}`);
    return async () => {
      const text = formatMeasured(await readDocument('docs/LIVENESS.md'), await readDocument('docs/PERFORMANCE.md'));
      return { text, results: { text } };
    };
  },
  write: (command, printed) => writeBetweenMarks('README.md', `${command} --write`, printed),
};
