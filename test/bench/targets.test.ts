// What bench says of its targets, and what makes it fail.

import { afterEach, describe, expect, it, vi } from 'vitest';
import { runScenario } from '../../bench/support/command.ts';
import type { Outcome, Scenario } from '../../bench/support/scenario.ts';
import type { Target } from '../../bench/support/targets.ts';
import { atLeast, atMost, describeTarget, promised } from '../../bench/support/targets.ts';

const HELD = atMost('cpu', 0.2, 0.25);
const MISSED = atLeast('rate', 3.9, 4);
const BROKEN = promised(atMost('healthy ones killed', 1, 0));

describe('a target', () => {
  it('holds at its limit of 0.25 and not beyond it, and never of a figure that is NaN', () => {
    expect([0.25, 0.2501, Number.NaN].map((figure) => atMost('cpu', figure, 0.25).holds)).toEqual([true, false, false]);
    expect([4, 3.99, Number.NaN].map((figure) => atLeast('rate', figure, 4).holds)).toEqual([true, false, false]);
  });

  it.each([
    [HELD, 'holds  cpu: 0.200, at most 0.250'],
    [MISSED, 'misses rate: 3.90, at least 4'],
    [BROKEN, 'FAILS  healthy ones killed: 1, at most 0'],
    [atMost('cpu', 0.3512, 0.35), 'misses cpu: 0.351, at most 0.350'],
    [atMost('bytes', 1_234.5, 1_000), 'misses bytes: 1,235, at most 1,000'],
    [atMost('loop delay', 12.34, 20), 'holds  loop delay: 12.3, at most 20'],
    [atMost('p99 over the bound', -7.128, 50), 'holds  p99 over the bound: -7.13, at most 50'],
  ])('is told in 1 line: %#', (target, line) => {
    expect(describeTarget(target)).toBe(line);
  });
});

describe('a command of scenarios', () => {
  const printed: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((line) => void printed.push(line));
  vi.spyOn(console, 'error').mockImplementation((line) => void printed.push(line));
  afterEach(() => void printed.splice(0));

  function run(outcome: Omit<Outcome, 'text' | 'results'>, ...args: readonly string[]): Promise<number> {
    const scenario = {
      summary: 'one that has been measured',
      flags: '',
      prepare: () => async () => ({ text: 'a table', results: { rounds: 1 }, ...outcome }),
    };
    return runScenario('bench', { scenario }, ['scenario', ...args]);
  }

  it('ends with 0 if a target of speed is missed, and with 1 for it under --strict', async () => {
    expect(await run({ targets: [HELD, MISSED] })).toBe(0);
    expect(await run({ targets: [HELD, MISSED] }, '--strict')).toBe(1);
    expect(await run({ targets: [HELD] }, '--strict')).toBe(0);
  });

  it('ends with 1 for a broken promise, and for a check of its own that fails', async () => {
    expect(await run({ targets: [HELD, BROKEN] })).toBe(1);
    expect(await run({ targets: [HELD], passed: false })).toBe(1);
  });

  it('prints its table, and then a line for each of 2 targets', async () => {
    await run({ targets: [HELD, MISSED] });
    expect(printed).toEqual(['a table\n\nholds  cpu: 0.200, at most 0.250\nmisses rate: 3.90, at least 4']);
  });

  it('prints the same with --json', async () => {
    await run({ targets: [HELD, BROKEN] }, '--json');
    expect(JSON.parse(printed[0] ?? '')).toMatchObject({
      scenario: 'scenario',
      passed: false,
      targets: [HELD, BROKEN],
      rounds: 1,
    });
  });

  it('writes what it has printed with --write, for its command line without that, unless a promise is broken', async () => {
    const written: string[][] = [];
    const scenario = (targets: readonly Target[]): Scenario => ({
      summary: '',
      flags: '',
      prepare: () => async () => ({ text: 'a table', results: {}, targets }),
      write: async (...args) => void written.push(args),
    });
    expect(await runScenario('bench', { kept: scenario([HELD]) }, ['kept', '--write', '--rounds', '1'])).toBe(0);
    expect(await runScenario('bench', { broken: scenario([BROKEN]) }, ['broken', '--write'])).toBe(1);
    expect(written).toEqual([['npm run bench -- kept --rounds 1', 'a table\n\nholds  cpu: 0.200, at most 0.250']]);
  });

  it('ends with 2 and its usage for a scenario that there is not', async () => {
    expect(await runScenario('bench', {}, ['nothing'])).toBe(2);
    expect(printed[0]).toContain('usage: npm run bench -- <scenario> [--json] [--strict] [--write] [flags]');
  });
});
