// The command, in a house of one source and one test.

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Bug, Mutant } from './bug.ts';
import { command } from './command.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const MAIN = join(ROOT, 'test/dist/mutants/main.js');
/** It starts compilers and test runners, each in a process of its own. */
const TIMEOUT_MS = 60_000;

const SOURCE = '/** Adds. */\nexport function sum(a: number, b: number): number {\n  return a + b;\n}\n';
const TEST =
  "import { expect, it } from 'vitest';\nimport { sum } from './sum.ts';\nit('adds 1 and 2', () => expect(sum(1, 2)).toBe(3));\n";
const COMPILER = { strict: true, noEmit: true, types: [], module: 'nodenext', target: 'es2022' };

let folder: string;
let house: string;
let scratch: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'systole-command-'));
  [house, scratch] = [join(folder, 'house'), join(folder, 'scratch')];
  mkdirSync(house);
  mkdirSync(scratch);
  writeFileSync(join(house, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(house, 'tsconfig.json'), JSON.stringify({ compilerOptions: COMPILER, files: ['sum.ts'] }));
  writeFileSync(join(house, 'sum.ts'), SOURCE);
  writeFileSync(join(house, 'sum.test.ts'), TEST);
  writeFileSync(join(house, '.gitignore'), 'node_modules\n');
  symlinkSync(join(ROOT, 'node_modules'), join(house, 'node_modules'));
  execFileSync('git', ['init', '--quiet'], { cwd: house });
  vi.stubEnv('TMPDIR', scratch);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

function bug(id: string, ...mutants: readonly Mutant[]): Bug {
  return { id, name: 'a bug', story: 'https://example.org', mutants };
}

function mutant(title: string, from: string, to: string): Mutant {
  return { title, changes: [{ file: 'sum.ts', from, to }], tests: ['sum.test.ts'] };
}

/** Runs the command, and gives back its exit code, its lines, and what it complains of. */
async function run(zoo: readonly Bug[], ...args: readonly string[]) {
  const lines: string[] = [];
  const complaints: string[] = [];
  const code = await command(args, {
    zoo,
    root: house,
    print: (line) => lines.push(line),
    complain: (text) => complaints.push(text),
  });
  return { code, lines, complaint: complaints.join('\n') };
}

describe('npm run mutants', () => {
  it(
    'tells of 3 mutants who was killed, survived or does not compile; ends with 1; leaves the house alone, and nothing behind',
    async () => {
      const absent = { ...bug('M2'), absence: 'nothing is multiplied here' };
      const mutants = [
        mutant('it subtracts', 'a + b', 'a - b'),
        mutant('it is praised', 'Adds.', 'Adds well: $&.'),
        mutant('it says so', 'return a + b', "return 'a + b'"),
      ];
      const { code, lines } = await run([bug('M1', ...mutants), absent], '--json');
      const [note, killed, survived, broken, none, summary, ...others] = lines.map((line) => JSON.parse(line));
      expect(note).toEqual({ note: 'without any bug, 1 test files must pass' });
      const ms = expect.any(Number);
      const title = mutants.map((one) => one.title);
      const { id, name, story } = bug('M1');
      const killer = { test: 'adds 1 and 2', file: 'sum.test.ts' };
      expect(killed).toEqual({ id, name, story, title: title[0], ms, outcome: 'killed', ...killer });
      expect(survived).toEqual({ id, name, story, title: title[1], ms, outcome: 'survived' });
      expect(broken).toMatchObject({ title: title[2], outcome: 'broken', why: expect.stringContaining('TS2322') });
      expect(none).toMatchObject({ id: 'M2', outcome: 'absent', why: 'nothing is multiplied here' });
      expect(summary).toEqual({ ok: false, bugs: 2, killed: 1, survived: 1, broken: 1, absent: 1, ms });
      expect(others).toEqual([]);
      expect(code).toBe(1);
      expect(readFileSync(join(house, 'sum.ts'), 'utf8')).toBe(SOURCE);
      expect(readdirSync(scratch)).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it(
    'ends with 0 where the 1 that was asked for is killed, and says by whom',
    async () => {
      const zoo = [
        bug('M1', mutant('it subtracts', 'a + b', 'a - b')),
        bug('M2', mutant('it is praised', 'Adds', 'Oh')),
      ];
      const { code, lines } = await run(zoo, 'M1');
      expect(lines[1]).toMatch(/^M1 {3}killed {5}\d+\.\d s {2}a bug: it subtracts\n +sum\.test\.ts: adds 1 and 2$/);
      expect(lines[2]).toMatch(
        /^1 bugs, of which 0 cannot exist here; mutants: 1 killed, 0 survived, 0 broken; \d+ s$/,
      );
      expect(code).toBe(0);
    },
    TIMEOUT_MS,
  );

  it(
    'plants nothing where 1 test fails without any bug, and ends with 1',
    async () => {
      writeFileSync(join(house, 'sum.test.ts'), TEST.replace('3', '4'));
      const { code, lines, complaint } = await run([bug('M1', mutant('it subtracts', 'a + b', 'a - b'))]);
      expect(lines).toEqual(['without any bug, 1 test files must pass']);
      expect(complaint).toBe('the tests fail without any bug: sum.test.ts: adds 1 and 2');
      expect(code).toBe(1);
    },
    TIMEOUT_MS,
  );

  it('copies nothing where a text is there 0 times, and ends with 1', async () => {
    const { code, lines, complaint } = await run([bug('M1', mutant('it divides', 'a * b', 'a / b'))]);
    expect(lines).toEqual([]);
    expect(complaint).toMatch(/^the zoo does not fit the code:\nM1, it divides: sum\.ts has 0 times .+: "a \* b"$/);
    expect(code).toBe(1);
  });

  it.each([
    { args: ['M1', 'M99'], complaint: 'there is no M99 in the zoo' },
    { args: ['--fast'], complaint: "Unknown option '--fast'" },
  ])('ends with 2 for $args, and says why', async ({ args, complaint }) => {
    const ended = await run([bug('M1')], ...args);
    expect(ended).toMatchObject({ code: 2, lines: [], complaint: expect.stringContaining(complaint) });
    expect(ended.complaint).toContain('usage: npm run mutants');
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'leaves 0 files behind where %s ends it in the midst of its tests',
    async (signal) => {
      const child = spawn(process.execPath, [MAIN, 'M9'], { stdio: ['ignore', 'pipe', 'inherit'] });
      await once(child.stdout, 'data');
      expect(readdirSync(scratch)).toHaveLength(1);
      child.kill(signal);
      const [code] = await once(child, 'exit');
      expect(code).toBe(signal === 'SIGINT' ? 130 : 143);
      expect(readdirSync(scratch)).toEqual([]);
    },
    TIMEOUT_MS,
  );
});
