import { describe, expect, it } from 'vitest';
import { resolveSessionOptions } from '../src/rules/options.ts';
import { OptionsError } from '../src/words/errors.ts';

function problemsOf(options: object): readonly string[] {
  try {
    resolveSessionOptions(options);
    return [];
  } catch (error) {
    if (!(error instanceof OptionsError)) throw error;
    return error.problems.map(({ path, requirement }) => `${path}: ${requirement}`);
  }
}

const REQUIREMENT = "appStallTimeout: false, 0, or a duration such as '60s', of 100 ms to 1,000 years";

describe('the options of an application that stands still', () => {
  it('are 60,000 ms and no verdict, and no hook of our own, by default', () => {
    const config = resolveSessionOptions({});
    expect(config).toMatchObject({ appStallTimeoutMs: 60_000, judgeAppStall: false });
    expect(config.health).toBeUndefined();
  });

  it.each([false, 0, '0s'] as const)('are switched off by %o', (appStallTimeout) => {
    expect(resolveSessionOptions({ appStallTimeout }).appStallTimeoutMs).toBeUndefined();
  });

  it.each([
    [100, 100],
    ['5m', 300_000],
  ] as const)('take %o for %d ms', (appStallTimeout, ms) => {
    expect(resolveSessionOptions({ appStallTimeout }).appStallTimeoutMs).toBe(ms);
  });

  it.each([99, -1, true, 'soon', Number.NaN, null])('refuse %o', (appStallTimeout) => {
    expect(problemsOf({ appStallTimeout })).toEqual([REQUIREMENT]);
  });

  it.each([false, 0])('refuse a verdict where the time is %o', (appStallTimeout) => {
    const problem = 'judgeAppStall: left out where appStallTimeout is off';
    expect(problemsOf({ appStallTimeout, judgeAppStall: true })).toEqual([problem]);
    expect(problemsOf({ appStallTimeout, judgeAppStall: false })).toEqual([]);
  });

  it('refuse a hook that is no function, and a verdict that is neither true nor false', () => {
    expect(problemsOf({ health: 'ok', judgeAppStall: 1 })).toEqual([
      'health: a function',
      'judgeAppStall: true or false',
    ]);
  });
});
