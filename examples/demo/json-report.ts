/** The demo for machines: one JSON object a line for each event and, after them, the summary of each scenario. */

import process from 'node:process';
import type { Report } from './report.ts';

export const jsonReport: Report = {
  begin() {},
  scenario() {},
  line({ scenario, atMs, event, details }) {
    print({ scenario, atMs, event, ...details });
  },
  verdict({ summary, complaints }) {
    print(summary);
    for (const complaint of complaints) console.error(`${summary.scenario}: not so: ${complaint}`);
  },
  end() {},
};

/** Times are rounded to a tenth of a millisecond: more would pretend to a precision that nobody has. */
function print(object: object): void {
  const round = (_key: string, value: unknown): unknown =>
    typeof value === 'number' ? Math.round(value * 10) / 10 : value;
  process.stdout.write(`${JSON.stringify(object, round)}\n`);
}
