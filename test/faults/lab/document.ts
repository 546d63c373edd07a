/** The table of faults as docs/LIVENESS.md has it: rows that tell the same are one, and tenths of a second are exact enough. */

import { readFile, writeFile } from 'node:fs/promises';
import { release } from 'node:os';
import process from 'node:process';
import type { TestModule } from 'vitest/node';
import type { Figures } from './figures.ts';
import type { Cell, Row } from './row.ts';
import { figuresOf, rowsOf } from './table-reporter.ts';

/** The folder of the compiled program has one more level than its source's. */
const DOCUMENT = new URL('../../../../docs/LIVENESS.md', import.meta.url);

const BEGIN = '<!-- begin: npm run test:faults -- --write -->';
const END = '<!-- end: npm run test:faults -- --write -->';

const HEAD = ['fault', 'seen by', 'bare Node says', "the kernel's keepalive says", 'Systole says', 'at the latest'];

/**
 * Writes what a run has seen into the document.
 *
 * @throws Error if the run was not whole: a test has failed, or was skipped.
 */
export async function writeDocument(modules: readonly TestModule[]): Promise<void> {
  const tests = modules.flatMap((module) => [...module.children.allTests()]);
  const missing = tests.filter((test) => test.result().state !== 'passed').length;
  if (tests.length === 0 || missing > 0) throw new Error(`${missing} of ${tests.length} tests have not passed`);
  const parts = [formatCaption(), formatFaults(rowsOf(modules)), ...figuresOf(modules).map(formatFigures)];
  await writeFile(DOCUMENT, putBetweenMarks(await readFile(DOCUMENT, 'utf8'), parts.join('\n\n')));
}

/** @throws Error if the text has no marks. */
export function putBetweenMarks(text: string, content: string): string {
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (from < 0 || to < from) throw new Error('the document has no marks to write between');
  return `${text.slice(0, from)}${BEGIN}\n\n${content}\n\n${text.slice(to)}`;
}

/** Without what a distribution adds to the version of its kernel. */
function formatCaption(): string {
  return `Node ${process.versions.node}, Linux ${release().replace(/-.*/, '')}:`;
}

export function formatFaults(rows: readonly Row[]): string {
  const groups = groupsOf(rows);
  return formatTable(
    HEAD,
    groups.map((group, index) => formatGroup(group, groups[index - 1]?.[0]?.fault)),
  );
}

function formatFigures({ title, head, rows }: Figures): string {
  return `${title}:\n\n${formatTable(head, rows)}`;
}

/** A table of Markdown. */
function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function groupsOf(rows: readonly Row[]): readonly (readonly Row[])[] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) groups.set(sameness(row), [...(groups.get(sameness(row)) ?? []), row]);
  return [...groups.values()];
}

/** What rows have in common that are one in the document. */
function sameness({ fault, node, kernel, systole, boundMs }: Row): string {
  return [fault, node.what, kernel?.what, systole.what, boundMs].join();
}

/** A fault is named once. */
function formatGroup(rows: readonly Row[], faultAbove: string | undefined): string[] {
  const [first] = rows;
  if (first === undefined) return [];
  const kernels = rows.map(({ kernel }) => kernel).filter((kernel) => kernel !== undefined);
  return [
    first.fault === faultAbove ? '' : first.fault,
    formatSubjects(rows),
    formatCells(rows.map(({ node }) => node)),
    kernels.length === 0 ? '-' : formatCells(kernels),
    formatCells(rows.map(({ systole }) => systole)),
    first.boundMs === undefined ? '-' : formatTimes([first.boundMs]),
  ];
}

/** Such as `both, idle and busy`; `near, idle; far, busy` where not all combinations are there. */
function formatSubjects(rows: readonly Row[]): string {
  const sides = [...new Set(rows.map(({ side }) => side))];
  const loads = [...new Set(rows.map(({ load }) => load))];
  if (rows.length < sides.length * loads.length) return rows.map(({ side, load }) => `${side}, ${load}`).join('; ');
  return `${sides.length === 2 ? 'both' : sides[0]}, ${loads.join(' and ')}`;
}

/** Of cells with the same news. */
function formatCells(cells: readonly Cell[]): string {
  const reasons = [...new Set(cells.map(({ because }) => because))].filter((because) => because !== undefined);
  const times = cells.map(({ afterMs }) => afterMs).filter((afterMs) => afterMs !== undefined);
  const why = reasons.length === 0 ? '' : ` (${reasons.join(', ')})`;
  const when = times.length === 0 ? '' : `, ${formatTimes(times)}`;
  return `${cells[0]?.what === 'nothing' ? 'nothing' : `\`${cells[0]?.what}\``}${why}${when}`;
}

function formatTimes(times: readonly number[]): string {
  const [first, last] = [Math.min(...times), Math.max(...times)].map((ms) => (ms / 1_000).toFixed(1));
  if (last === '0.0') return 'at once';
  if (first === '0.0') return `up to ${last} s`;
  return first === last ? `${last} s` : `${first} to ${last} s`;
}
