/** What was measured, in two tables: faults of docs/LIVENESS.md, and figures of docs/PERFORMANCE.md beside those of others. */

import { betweenMarks } from '../support/marks.ts';
import { formatFaultExcerpt } from './faults.ts';
import { FIGURES } from './figures.ts';

const FAULTS_COMMAND = 'npm run test:faults -- --write';

/**
 * For the README.
 *
 * @throws Error if a document does not have what is looked for.
 */
export function formatMeasured(liveness: string, performance: string): string {
  const machine = /`npm run bench -- idle`, (.*):$/m.exec(performance)?.[1];
  if (machine === undefined) throw new Error('docs/PERFORMANCE.md does not say on which machine it was measured');
  const outputOf = (scenario: string): string => betweenMarks(performance, `npm run bench -- ${scenario} --write`);
  return [
    formatFaultExcerpt(betweenMarks(liveness, FAULTS_COMMAND)),
    '',
    `${machine}, loopback:`,
    '',
    ...formatFigures(outputOf),
  ].join('\n');
}

function formatFigures(outputOf: (scenario: string) => string): string[] {
  return [
    '| | by hand on `node:net` | `ws` | `engine.io` | Systole | `npm run bench --` |',
    '| --- | ---: | ---: | ---: | ---: | --- |',
    ...FIGURES.map(
      ({ what, scenario, cells }) => `| ${[what, ...cells(outputOf(scenario)), `\`${scenario}\``].join(' | ')} |`,
    ),
  ];
}
