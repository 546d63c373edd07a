import { release } from 'node:os';
import process from 'node:process';
import type { Reporter, TestModule } from 'vitest/node';
import { TRIPLE } from './links.ts';
import type { Row } from './row.ts';
import { formatTable } from './table.ts';

/** Prints what all tests of a run have seen, as one table behind the summary; nothing where no test has seen a fault. */
export class TableReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const rows = rowsOf(modules);
    if (rows.length === 0) return;
    const { idle, interval, probes } = TRIPLE;
    const where = `Node ${process.versions.node}, Linux ${release()}`;
    const how = `idle ${idle} ms, interval ${interval} ms, probes ${probes}, for Systole and for the kernel's keepalive`;
    process.stdout.write(`\n${where}; ${how}. Times are since the fault.\n\n${formatTable(rows)}\n\n`);
  }
}

/** In the order of files and tests. */
export function rowsOf(modules: readonly TestModule[]): readonly Row[] {
  return [...modules]
    .sort((one, other) => one.moduleId.localeCompare(other.moduleId))
    .flatMap((module) => [...module.children.allTests()].map((test) => test.meta().row))
    .filter((row) => row !== undefined);
}
