import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_DURATION_MS, parseDuration } from '../src/rules/duration.ts';
import { holds } from './support/holds.ts';

describe('parseDuration', () => {
  it.each([
    [0, 0],
    [250, 250],
    ['250ms', 250],
    ['20s', 20_000],
    ['1.5s', 1_500],
    ['4m', 240_000],
    ['2h', 7_200_000],
    ['0s', 0],
    [MAX_DURATION_MS, MAX_DURATION_MS],
    ['8760000h', MAX_DURATION_MS],
  ])('reads %j as %d ms', (duration, ms) => {
    expect(parseDuration(duration)).toBe(ms);
  });

  it.each([
    [0.001, 1],
    ['1.0001s', 1_001],
    ['0.05m', 3_000],
  ])('rounds %j up to %d ms: a timer waits for whole milliseconds', (duration, ms) => {
    expect(parseDuration(duration)).toBe(ms);
  });

  it.each([
    ['a number below 0', -1],
    ['NaN', Number.NaN],
    ['infinity', Number.POSITIVE_INFINITY],
    ['more than 1,000 years', MAX_DURATION_MS + 1],
    ['more than 1,000 years as text', '8760001h'],
    ['more digits than a number holds', `${'9'.repeat(400)}s`],
    ['a text without a unit', '20'],
    ['an unknown unit', '2d'],
    ['a unit alone', 's'],
    ['a sign', '-2s'],
    ['blanks', ' 20s '],
    ['two durations', '1m30s'],
    ['an exponent', '1e3ms'],
    ['half a number', '.5s'],
    ['no text', ''],
    ['a unit that every object has', '5constructor'],
    ['nothing', undefined],
    ['null', null],
    ['true', true],
    ['an object', { valueOf: () => 5 }],
    ['a bigint', 5n],
  ])('does not take %s', (_, value) => {
    expect(parseDuration(value)).toBeUndefined();
  });

  it('L13: gives whole milliseconds from 0 to 1,000 years or undefined, for anything at all', () => {
    const anything = fc.oneof(fc.anything(), fc.double(), fc.stringMatching(/^\d*\.?\d*(ms|s|m|h)?$/));
    holds(
      fc.property(anything, (value) => {
        const ms = parseDuration(value);
        if (ms === undefined) return;
        expect(Number.isInteger(ms)).toBe(true);
        expect(ms).toBeGreaterThanOrEqual(0);
        expect(ms).toBeLessThanOrEqual(MAX_DURATION_MS);
      }),
      { numRuns: 1_000 },
    );
  });
});
