/** Tables as text, for people. */

import type { Figures } from './figures.ts';
import type { Cell, Row } from './row.ts';

const HEAD = ['fault', 'end', 'bare node:net is told', 'kernel keepalive', 'Systole', 'bound'] as const;

export function formatTable(rows: readonly Row[]): string {
  return formatLines(
    HEAD,
    rows.map((row, index) => lineOf(row, rows[index - 1]?.fault)),
  );
}

export function formatFigures({ title, head, rows }: Figures): string {
  return `${title}\n\n${formatLines(head, rows)}`;
}

function formatLines(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...lines].map((line) => line[column]?.length ?? 0)));
  return [head, widths.map((width) => '-'.repeat(width)), ...lines]
    .map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .map((line) => line.trimEnd())
    .join('\n');
}

/** A fault is named once. */
function lineOf({ fault, side, load, node, kernel, systole, boundMs }: Row, faultAbove: string | undefined): string[] {
  return [
    fault === faultAbove ? '' : fault,
    `${side}, ${load}`,
    format(node),
    kernel === undefined ? '-' : format(kernel),
    format(systole),
    formatBound(boundMs),
  ];
}

function formatBound(boundMs: number | undefined): string {
  if (boundMs === undefined) return '-';
  return boundMs === 0 ? 'at once' : `${boundMs} ms`;
}

function format({ what, because, afterMs }: Cell): string {
  const news = because === undefined ? what : `${what} (${because})`;
  return afterMs === undefined ? news : `${news}, ${afterMs} ms`;
}
