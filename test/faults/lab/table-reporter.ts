import { release } from 'node:os';
import process from 'node:process';
import type { TaskMeta } from 'vitest';
import type { Reporter, TestModule } from 'vitest/node';
import type { Figures } from './figures.ts';
import { TRIPLE } from './links.ts';
import type { Row } from './row.ts';
import { formatFigures, formatTable } from './table.ts';

/**
 * Prints what all tests of a run have seen, as one table behind the summary, and what they have measured, as tables of their
 * own; nothing where no test has seen a fault.
 */
export class TableReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const rows = rowsOf(modules);
    if (rows.length > 0) process.stdout.write(`\n${headline()}\n\n${formatTable(rows)}\n\n`);
    for (const figures of figuresOf(modules)) process.stdout.write(`\n${formatFigures(figures)}\n\n`);
  }
}

function headline(): string {
  const { idle, interval, probes } = TRIPLE;
  const where = `Node ${process.versions.node}, Linux ${release()}`;
  const how = `idle ${idle} ms, interval ${interval} ms, probes ${probes}, for Systole and for the kernel's keepalive`;
  return `${where}; ${how}. Times are since the fault.`;
}

/** In the order of files and tests. */
export function rowsOf(modules: readonly TestModule[]): readonly Row[] {
  return metaOf(modules)
    .map(({ row }) => row)
    .filter((row) => row !== undefined);
}

/** In the order of files and tests. */
export function figuresOf(modules: readonly TestModule[]): readonly Figures[] {
  return metaOf(modules)
    .map(({ figures }) => figures)
    .filter((figures) => figures !== undefined);
}

function metaOf(modules: readonly TestModule[]): readonly TaskMeta[] {
  return [...modules]
    .sort((one, other) => one.moduleId.localeCompare(other.moduleId))
    .flatMap((module) => [...module.children.allTests()].map((test) => test.meta()));
}
