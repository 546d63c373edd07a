import { release } from 'node:os';
import process from 'node:process';
import type { Reporter, SerializedError, TestModule } from 'vitest/node';
import { TRIPLE } from './links.ts';
import { figuresOf, rowsOf } from './table-reporter.ts';

/** Prints a run for programs, a JSON object a line: the rows, the figures, the failures, and last of all where it was and how it went. */
export class JsonReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: 'passed' | 'failed' | 'skipped'): number =>
      tests.filter((test) => test.result().state === state).length;
    const broken = modules
      .flatMap((module) => [module, ...module.children.allSuites()])
      .flatMap((suite) => suite.errors());
    const failures = [...tests.flatMap((test) => test.result().errors ?? []), ...broken, ...unhandledErrors];
    const failed = count('failed') + broken.length + unhandledErrors.length;
    const summary = {
      ok: failed === 0 && (count('skipped') === 0 || process.env['SYSTOLE_REQUIRE_ALL'] !== '1'),
      passed: count('passed'),
      failed,
      skipped: count('skipped'),
      node: process.versions.node,
      kernel: release(),
      triple: TRIPLE,
    };
    for (const row of rowsOf(modules)) print(row);
    for (const figures of figuresOf(modules)) print(figures);
    for (const { message } of failures) print({ failure: message });
    print(summary);
    if (!summary.ok) process.exitCode = 1;
  }
}

function print(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
