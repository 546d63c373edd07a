// `npm run simulate -- qos`, over one day, and `npm run simulate -- --sessions 500`.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

/** A machine that is busy with other tests takes its time. */
const LIMIT_MS = 120_000;

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function simulate(...args: readonly string[]): Promise<Outcome> {
  const main = fileURLToPath(new URL('../../bench/dist/simulate/main.js', import.meta.url));
  try {
    return { code: 0, ...(await promisify(execFile)(process.execPath, [main, ...args], { timeout: LIMIT_MS })) };
  } catch (error) {
    return error as Outcome;
  }
}

describe('npm run simulate', () => {
  it(
    'compares itself with theory, then measures 4 networks over 1 day, misses no target, and ends with 0',
    async () => {
      const { code, stdout, stderr } = await simulate('qos', '--days', '1', '--json');
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const printed = JSON.parse(stdout);
      expect(printed).toMatchObject({ scenario: 'qos', passed: true, days: 1, seed: 1 });
      expect(printed.comparisons).toHaveLength(12);
      expect(printed.scenarios.map(({ name }: { name: string }) => name)).toEqual([
        'dataCentre',
        'wan',
        'mobile',
        'bufferbloat',
      ]);
      for (const { rows } of printed.scenarios) {
        for (const row of rows) expect(row.accuracy).toBeGreaterThan(0.99);
        expect(rows[0]).toMatchObject({ name: 'Systole, default' });
        expect(rows[0].p99DetectionMs).toBeLessThan(37_000);
      }
    },
    LIMIT_MS,
  );

  it.each([
    ['without a name', []],
    ['by its name', ['fleet']],
  ])(
    'runs a fleet of 500 sessions for 10 minutes, %s, finds 5 of 5 deaths, and ends with 0 whatever it has cost',
    async (_how, name) => {
      const flags = ['--sessions', '500', '--minutes', '10', '--rounds', '2', '--json'];
      const { code, stdout, stderr } = await simulate(...name, ...flags);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const printed = JSON.parse(stdout);
      expect(printed).toMatchObject({ scenario: 'fleet', passed: true, minutes: 10, seed: 1, breaches: [] });
      expect(printed.few).toHaveLength(2);
      expect(printed.many).toMatchObject({ sessions: 500, deaths: 5, found: 5 });
      expect(printed.many.heartbeats).toBeGreaterThan(500 * 10);
      // Of so few, the figure says little: the engine gives more back of its own code than they take.
      expect(printed.many.bytes).toEqual(expect.any(Number));
      expect(printed.targets).toHaveLength(3);
    },
    LIMIT_MS,
  );

  it.each([
    [['qos', '--days', '0'], '--days must be a whole number above 0, got 0'],
    [['qos', '--weeks', '1'], "Unknown option '--weeks'"],
    [['--sessions', 'many'], '--sessions must be a whole number above 0, got many'],
    [['--sessions', '1', '--days', '1'], "Unknown option '--days'"],
    [['quality'], 'usage: npm run simulate'],
    [[], 'usage: npm run simulate'],
  ])('ends with 2 and its usage for %j', async (args, complaint) => {
    const { code, stdout, stderr } = await simulate(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(complaint);
    expect(stderr).toContain('usage: npm run simulate');
  });
});
