// What counts as found: tests that say something, and not tests that fall over.

import { describe, expect, it } from 'vitest';
import type { TestFile } from './trial.ts';
import { judge } from './trial.ts';

const NAME = 'packages/core/test/a.test.ts';
const AT_TEST = '    at /house/packages/core/test/support/timeline.ts:62:9\n    at /house/packages/core/src/a.ts:1:1';
const AT_SOURCE = '    at beat (/house/packages/core/src/a.ts:1:1)\n    at /house/packages/core/test/a.test.ts:9:9';

function failed(message: string): TestFile[] {
  const test = { status: 'failed', fullName: 'beats', failureMessages: [message] };
  return [{ name: NAME, status: 'failed', assertionResults: [test] }];
}

function passed(name = NAME): TestFile {
  return { name, status: 'passed', assertionResults: [{ status: 'passed', fullName: 'beats', failureMessages: [] }] };
}

describe('a mutant is killed', () => {
  it.each([
    { by: 'an assertion', message: 'AssertionError: expected 1 to be 2' },
    {
      by: 'the timeout of a test',
      message: `Error: STACK_TRACE_ERROR\n    at task (/house/node_modules/@vitest/runner/a.js:1:1)`,
    },
    { by: 'a property with a counterexample', message: 'Error: Property failed after 3 tests' },
    { by: "an error of the test's own code", message: `Error: no end after 1000 drains\n${AT_TEST}` },
  ])('by $by', ({ message }) => {
    expect(judge(1, failed(message), [NAME])).toEqual({ outcome: 'killed', test: 'beats', file: NAME });
  });
});

describe('a mutant is broken, and nobody has found it,', () => {
  it.each([
    { what: 'a TypeError', message: `TypeError: undefined is not a function\n${AT_SOURCE}` },
    { what: 'a ReferenceError in a test', message: `ReferenceError: a is not defined\n${AT_TEST}` },
    { what: 'an error that the source throws', message: `Error: this cannot be\n${AT_SOURCE}` },
  ])('where $what ends a test', ({ message }) => {
    expect(judge(1, failed(message), [NAME])).toEqual({ outcome: 'broken', why: `beats: ${message}` });
  });

  it('where a file cannot be loaded', () => {
    const files = [{ name: NAME, status: 'failed', message: 'Cannot find module', assertionResults: [] }];
    expect(judge(1, files, [NAME])).toEqual({ outcome: 'broken', why: `${NAME}: Cannot find module` });
  });

  it.each([
    { files: [] },
    { files: [passed('packages/core/test/b.test.ts')] },
    { files: [{ ...passed(), assertionResults: [] }] },
  ])('where not 1 of its tests has run', ({ files }) => {
    expect(judge(0, files, [NAME])).toEqual({ outcome: 'broken', why: `no test of ${NAME} has run` });
  });

  it('where all tests pass, and the run fails nevertheless', () => {
    expect(judge(1, [passed()], [NAME])).toBeUndefined();
  });
});

describe('a mutant survives', () => {
  it('where all tests of all its files pass', () => {
    const files = [NAME, 'b.test.ts'];
    expect(judge(0, files.map(passed), files)).toEqual({ outcome: 'survived' });
  });
});
