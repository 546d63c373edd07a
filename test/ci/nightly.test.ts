// `.ci/nightly`, in a house whose suites say what they are told to: what it goes on after, what it adds up, and how it ends.

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';

/** npm is started a dozen times, on a machine that is busy with other tests. */
const LIMIT_MS = 60_000;

const scripts = fileURLToPath(new URL('../../.ci', import.meta.url));

/** Passes in every round but the second one. */
const FAULTS = [
  'echo x >>rounds',
  'if [ $(wc -l <rounds) -eq 2 ]; then echo "2 passed, 1 failed"; exit 1; fi',
  'echo "3 passed, 0 failed"',
].join('; ');

/** Tells of its scenarios, as `npm run bench` does, unless it is given one. */
const BENCH = `if [ -n "$1" ]; then echo "ran $1"; exit; fi
cat >&2 <<END
usage: npm run bench -- <scenario>

  Prints a table
  hot         what is hot
    --rounds        rounds
  cold        what is cold
END
`;

interface Night {
  readonly code: number | null;
  readonly lines: readonly string[];
  readonly stderr: string;
  /** By name: what each run has printed. */
  readonly outputs: Readonly<Record<string, string>>;
}

/** Runs it in a new house, of which Debian is not asked for anything. */
function night(commands: Readonly<Record<string, string>>, ...args: readonly string[]): Night {
  const root = mkdtempSync(join(tmpdir(), 'systole-night-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  cpSync(scripts, join(root, '.ci'), { recursive: true });
  const steps = readFileSync(join(root, '.ci/steps'), 'utf8');
  writeFileSync(join(root, '.ci/steps'), steps.replace(/^debian_packages=.*$/m, 'debian_packages=()'));
  writeFileSync(join(root, 'package.json'), JSON.stringify({ private: true, scripts: { build: 'true', ...commands } }));
  writeFileSync(join(root, 'bench.sh'), BENCH);
  mkdirSync(join(root, 'out'));
  const env = { ...process.env, npm_config_offline: 'true', npm_config_update_notifier: 'false' };
  const { status, stdout, stderr } = spawnSync('.ci/nightly', ['--out', 'out', ...args], {
    cwd: root,
    env,
    encoding: 'utf8',
  });
  const outputs = readdirSync(join(root, 'out')).map((name) => [name, readFileSync(join(root, 'out', name), 'utf8')]);
  return { code: status, lines: stdout.trimEnd().split('\n'), stderr, outputs: Object.fromEntries(outputs) };
}

describe('.ci/nightly', { timeout: LIMIT_MS }, () => {
  it('goes on after 1 of 3 rounds has failed, adds up 9 tests, and ends with 1', () => {
    const { code, lines, outputs } = night(
      { 'test:faults': FAULTS, chaos: 'echo chaos' },
      '--rounds',
      '3',
      'faults',
      'chaos',
    );
    expect(code).toBe(1);
    expect(lines).toContain('2 of 3 rounds held');
    expect(lines.filter((line) => /^ +\d+ s {2}/.test(line)).map((line) => line.replace(/^ +\d+ s {2}/, ''))).toEqual([
      'Debian packages: ok',
      'Install: ok',
      'Build: ok',
      'faults: FAILED with 1',
      'chaos: ok',
    ]);
    expect(lines.slice(-3)).toEqual(['Failed steps: [faults]', '', '8 passed, 1 failed']);
    expect(Object.keys(outputs).sort()).toEqual(['chaos.txt', 'faults-1.txt', 'faults-2.txt', 'faults-3.txt']);
    expect(outputs['faults-2.txt']).toContain('2 passed, 1 failed');
  });

  it('takes a suite for failed that ends with 0 and tells of 0 tests', () => {
    const { code, lines } = night({ test: 'echo all is well' }, '--rounds', '1', 'tests');
    expect(code).toBe(1);
    expect(lines).toContain('0 of 1 rounds held');
    expect(lines.at(-1)).toBe('0 passed, 1 failed');
  });

  it('runs the 2 scenarios that the bench tells of, and ends with 0 if both do', () => {
    const { code, outputs } = night({ bench: 'sh bench.sh' }, 'bench');
    expect(Object.entries(outputs).map(([name, text]) => [name, text.trim().split('\n').at(-1)])).toEqual([
      ['bench-cold.txt', 'ran cold'],
      ['bench-hot.txt', 'ran hot'],
    ]);
    expect(code).toBe(0);
  });

  it('gives chaos and fuzz the 1 seed that it is given', () => {
    const { outputs } = night({ chaos: 'echo chaos', fuzz: 'echo fuzz' }, '--seed', '7', 'chaos', 'fuzz');
    expect(outputs['chaos.txt']).toContain('chaos --messages 20000 --faults 60 --seed 7\n');
    expect(outputs['fuzz.txt']).toContain('fuzz --runs 2000000 --seed 7\n');
  });

  it.each([
    [['day'], 'There is no part day.'],
    [['--rounds', '0'], '--rounds must be a whole number above 0, got 0'],
  ])('ends with 2 for %j', (args, complaint) => {
    const { code, stderr } = night({}, ...args);
    expect([code, stderr.split('\n')[0]]).toEqual([2, complaint]);
  });
});
