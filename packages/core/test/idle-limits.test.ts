import { describe, expect, it } from 'vitest';
import { LogTape } from '../../../test/support/log-tape.ts';
import { hintOfEof } from '../src/rules/idle-limits.ts';
import { resolveSessionOptions, type SessionOptions } from '../src/rules/options.ts';
import { warnOfIdle } from '../src/session/idle-warning.ts';
import { OptionsError } from '../src/words/errors.ts';

describe('hintOfEof', () => {
  it.each([
    [undefined, 'crash'],
    [54_400, 'crash'],
    [54_450, 'idle-cut'],
    [57_750, 'idle-cut'], // 5 % more than 55 s
    [57_751, 'crash'],
    [3_780_000, 'idle-cut'],
    [3_780_001, 'crash'],
  ])('says of a silence of %s ms before FIN, where common limits begin with 55 s: %s', (silenceMs, hint) => {
    expect(hintOfEof(silenceMs)).toBe(hint);
  });

  it.each([
    [2_969, 'crash'],
    [2_970, 'idle-cut'],
    [4_000, 'idle-cut'], // 1 s more: a box that counts in seconds
    [4_001, 'crash'],
    [88_999, 'crash'],
    [89_100, 'idle-cut'],
    [94_500, 'idle-cut'],
    [94_501, 'crash'],
    [55_100, 'idle-cut'], // the common ones count as well
  ])('says of a silence of %d ms before FIN, where 3 s and 90 s are known besides: %s', (silenceMs, hint) => {
    expect(hintOfEof(silenceMs, [3_000, 90_000])).toBe(hint);
  });
});

function problemsOf(idleLimits: unknown): readonly string[] {
  try {
    resolveSessionOptions({ idleLimits } as SessionOptions);
    return [];
  } catch (error) {
    if (!(error instanceof OptionsError)) throw error;
    return error.problems.map(({ path, requirement }) => `${path}: ${requirement}`);
  }
}

describe('the option idleLimits', () => {
  it.each([
    [[], []],
    [
      ['350s', 3_000, '1s'],
      [350_000, 3_000, 1_000],
    ],
  ])('takes %j for %j ms', (idleLimits, expected) => {
    expect(resolveSessionOptions({ idleLimits } as SessionOptions).idleLimitsMs).toEqual(expected);
  });

  it('takes 64 limits, and not 65', () => {
    expect(problemsOf(Array(64).fill('60s'))).toEqual([]);
    expect(problemsOf(Array(65).fill('60s'))).toHaveLength(1);
  });

  it.each(['350s', 350_000, [999], ['60s', 'soon'], [Number.NaN], [undefined], { 0: '60s' }, null])(
    'refuses %j',
    (idleLimits) => {
      expect(problemsOf(idleLimits)).toEqual([
        "idleLimits: an array of at most 64 durations such as ['350s'], each of 1000 ms to 1,000 years",
      ]);
    },
  );
});

describe('warnOfIdle', () => {
  function linesFor(options: SessionOptions): LogTape['tape']['items'] {
    const log = new LogTape();
    warnOfIdle(resolveSessionOptions(options), log);
    return log.tape.items;
  }

  it('warns once where idle is the smallest of 2 limits, and names both numbers', () => {
    expect(linesFor({ keepalive: { idle: '60s' }, idleLimits: ['350s', '60s'] })).toEqual([
      { level: 'warn', message: 'idle not below an idle limit', fields: { idleMs: 60_000, limitMs: 60_000 } },
    ]);
  });

  it.each<[string, SessionOptions]>([
    ['1 ms below the limit', { keepalive: { idle: 59_999 }, idleLimits: ['60s'] }],
    ['no limit', { keepalive: 'kernel' }],
    ['nobody watched, so that it is the peer who beats', { keepalive: false, idleLimits: ['1s'] }],
  ])('says nothing for %s', (_case, options) => {
    expect(linesFor(options)).toEqual([]);
  });
});
