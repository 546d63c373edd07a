import process from 'node:process';
import type { Reporter, SerializedError, TestCase, TestModule, TestSuite, Vitest } from 'vitest/node';

/**
 * Ends a test run with one line that both people and scripts can read: `N passed, N failed`, and `, N skipped` where
 * there are any. A file or suite that breaks outside its tests, and an error that no test owns, count as one failure
 * each, so that "0 failed" is never said of a run that failed.
 *
 * With `SYSTOLE_REQUIRE_ALL=1` a skipped test fails the run: a machine that is meant to run everything must not pass
 * by leaving something out.
 */
export class ClosingLineReporter implements Reporter {
  #vitest: Vitest | undefined;
  #line: string | undefined;
  #hasSkippedTooMuch = false;
  #isWaitingForExit = false;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    let passed = 0;
    let failed = unhandledErrors.length;
    const skipped: string[] = [];
    for (const module of modules) {
      failed += countBroken(module);
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') passed += 1;
        else if (state === 'failed') failed += 1;
        else skipped.push(describe(module, test));
      }
    }

    this.#line = `${passed} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`;
    this.#hasSkippedTooMuch = skipped.length > 0 && process.env['SYSTOLE_REQUIRE_ALL'] === '1';
    if (this.#hasSkippedTooMuch) {
      process.stdout.write('SYSTOLE_REQUIRE_ALL=1, but these tests were skipped:\n');
      for (const title of skipped) process.stdout.write(`  ${title}\n`);
    }

    if (this.#vitest?.config.watch) this.#print();
    else this.#printOnExit();
  }

  /** Everything else, the coverage table included, is printed before the process exits; so that is when we speak. */
  #printOnExit(): void {
    if (this.#isWaitingForExit) return;
    this.#isWaitingForExit = true;
    process.once('exit', () => {
      if (this.#hasSkippedTooMuch) process.exitCode = 1;
      this.#print();
    });
  }

  #print(): void {
    process.stdout.write(`${this.#line}\n`);
  }
}

function countBroken(module: TestModule): number {
  const suites: readonly (TestModule | TestSuite)[] = [module, ...module.children.allSuites()];
  return suites.filter((suite) => suite.errors().length > 0).length;
}

function describe(module: TestModule, test: TestCase): string {
  return `${module.relativeModuleId} > ${test.fullName}`;
}
