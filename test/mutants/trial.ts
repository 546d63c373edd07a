/** Whether tests find a planted bug: builds the copy, runs them, and judges what they say. */

import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Mutant } from './bug.ts';
import type { HouseCopy } from './house-copy.ts';

/** What became of a mutant. */
export type Outcome =
  /** A test has failed by an assertion, or by its timeout. */
  | { readonly outcome: 'killed'; readonly test: string; readonly file: string }
  /** Every test has passed. */
  | { readonly outcome: 'survived' }
  /** Something else has gone wrong, such as a type error: this proves nothing about the tests. */
  | { readonly outcome: 'broken'; readonly why: string };

const BUILD_TIMEOUT_MS = 120_000;
/** Nothing that we run takes longer, but for an endless loop that was planted. */
const TESTS_TIMEOUT_MS = 120_000;
const REPORT = 'report.json';

/** Of the report that vitest writes as JSON. */
interface Report {
  readonly testResults: readonly TestFile[];
}

/** What vitest says of a test file. */
export interface TestFile {
  /** Its path, here from the root of the house. */
  readonly name: string;
  readonly status: string;
  readonly message?: string;
  readonly assertionResults: readonly TestResult[];
}

interface TestResult {
  readonly status: string;
  readonly fullName: string;
  readonly failureMessages: readonly string[] | null;
}

/** What becomes of the mutant in this copy, which is afterwards as it was. */
export async function tryMutant(copy: HouseCopy, { changes, tests }: Mutant): Promise<Outcome> {
  copy.plant(changes);
  try {
    return await tryTests(copy, tests);
  } finally {
    copy.weed();
  }
}

/** `survived` if these files pass in the copy as it is. */
export async function tryTests(copy: HouseCopy, tests: readonly string[]): Promise<Outcome> {
  const build = await copy.run('node_modules/typescript/bin/tsc', ['-b'], BUILD_TIMEOUT_MS);
  if (build.code !== 0) return { outcome: 'broken', why: `it does not compile: ${build.output.trim()}` };
  const reportFile = join(copy.root, REPORT);
  rmSync(reportFile, { force: true });
  const options = ['run', ...tests, '--bail=1', '--reporter=json', `--outputFile=${reportFile}`];
  const { code, output } = await copy.run('node_modules/vitest/vitest.mjs', options, TESTS_TIMEOUT_MS);
  if (!existsSync(reportFile)) {
    const how = code === undefined ? `were not over within ${TESTS_TIMEOUT_MS / 1_000} s` : `ended with ${code}`;
    return { outcome: 'broken', why: `the tests ${how}, without a report: ${output.trim()}` };
  }
  const { testResults } = JSON.parse(readFileSync(reportFile, 'utf8')) as Report;
  const files = testResults.map((file) => ({ ...file, name: relative(copy.root, file.name) }));
  return judge(code, files, tests) ?? { outcome: 'broken', why: output.trim() };
}

/** What a report on these tests amounts to; undefined where it does not say what was wrong. */
export function judge(
  code: number | undefined,
  files: readonly TestFile[],
  tests: readonly string[],
): Outcome | undefined {
  const failures = files.flatMap(({ name, assertionResults }) =>
    assertionResults.filter(({ status }) => status === 'failed').map((test) => ({ file: name, test })),
  );
  const killer = failures.find(({ test }) => test.failureMessages?.some(isVerdict));
  if (killer !== undefined) return { outcome: 'killed', test: killer.test.fullName, file: killer.file };
  const [failure] = failures;
  if (failure !== undefined) {
    return { outcome: 'broken', why: `${failure.test.fullName}: ${failure.test.failureMessages?.[0]}` };
  }
  const broken = files.find(({ status }) => status === 'failed');
  if (broken !== undefined) return { outcome: 'broken', why: `${broken.name}: ${broken.message}` };
  const idle = tests.find((test) => !files.some((file) => file.name === test && hasPassed(file)));
  if (idle !== undefined) return { outcome: 'broken', why: `no test of ${idle} has run` };
  return code === 0 ? { outcome: 'survived' } : undefined;
}

function hasPassed({ assertionResults }: TestFile): boolean {
  return assertionResults.some(({ status }) => status === 'passed');
}

/**
 * Whether a test has found something, rather than fallen over: an assertion, a property with its counterexample, a timeout, or
 * an error that the test's own code has thrown in order to say so.
 */
function isVerdict(failure: string): boolean {
  // The last is how the report calls a timeout, whose stack is that of the test's beginning.
  if (/^(AssertionError\b|Error: Property failed after |Error: STACK_TRACE_ERROR\n)/.test(failure)) return true;
  const [, place = ''] = /^ +at (.*)$/m.exec(failure) ?? [];
  return failure.startsWith('Error: ') && /\/test\//.test(place) && !place.includes('/node_modules/');
}
