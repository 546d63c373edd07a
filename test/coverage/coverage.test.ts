// What is made of the figures, and that too little of one package fails, seen in a house of two packages.

import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import type { CoverageMap } from './coverage-reporter.ts';
import { formatShares, sharesOf } from './coverage-reporter.ts';
import { floorsOf } from './floors.ts';

const ROOT = new URL('../../', import.meta.url);

type Count = readonly [covered: number, total: number];

function coverage(files: Readonly<Record<string, { readonly lines: Count; readonly branches: Count }>>): CoverageMap {
  const count = ([covered, total]: Count) => ({ covered, total });
  return {
    files: () => Object.keys(files),
    fileCoverageFor: (file) => ({
      toSummary: () => ({ lines: count(files[file]!.lines), branches: count(files[file]!.branches) }),
    }),
  };
}

it('adds up the files of a package, and rounds 199,999 of 200,000 branches down to 99.99 %', () => {
  const shares = sharesOf(
    coverage({
      '/house/packages/watch/src/a.ts': { lines: [1, 2], branches: [0, 0] },
      '/house/packages/core/src/rules/a.ts': { lines: [1, 1], branches: [99_999, 100_000] },
      '/house/packages/core/src/a.ts': { lines: [2, 3], branches: [100_000, 100_000] },
    }),
  );
  expect(formatShares(shares)).toBe(
    'core     75.00 % of lines, 99.99 % of branches\nwatch    50.00 % of lines,100.00 % of branches\n',
  );
});

it('takes no figures of files that are not the source of a package, such as what is built', () => {
  const one = { lines: [1, 1], branches: [1, 1] } as const;
  expect(() => sharesOf(coverage({ '/house/packages/core/dist/a.js': one }))).toThrow('not a source of a package');
});

it('asks 95 % of core, and 90 % of every other package that is there', () => {
  const floors = floorsOf(new URL('packages', ROOT));
  const packages = readdirSync(new URL('packages', ROOT));
  expect(packages).toContain('core');
  expect(Object.keys(floors)).toEqual(packages.map((name) => `packages/${name}/src/**`));
  const { 'packages/core/src/**': core, ...others } = floors;
  expect(core).toEqual({ lines: 95, branches: 95 });
  for (const floor of Object.values(others)) expect(floor).toEqual({ lines: 90, branches: 90 });
});

/** What a run says, with its exit code, in a house whose packages have these files, measured as ours is. */
async function measure(files: Readonly<Record<string, string>>): Promise<{ code: unknown; output: string }> {
  const house = mkdtempSync(join(tmpdir(), 'systole-coverage-'));
  onTestFinished(() => rmSync(house, { recursive: true }));
  for (const [name, text] of Object.entries({
    ...files,
    'vitest.config.ts': CONFIG,
    'package.json': '{ "type": "module" }',
  })) {
    mkdirSync(dirname(join(house, name)), { recursive: true });
    writeFileSync(join(house, name), text);
  }
  symlinkSync(fileURLToPath(new URL('node_modules', ROOT)), join(house, 'node_modules'));
  const vitest = fileURLToPath(new URL('node_modules/vitest/vitest.mjs', ROOT));
  const env = { ...withoutRunner(process.env), NO_COLOR: '1' };
  return new Promise((resolve) => {
    execFile(process.execPath, [vitest, 'run'], { cwd: house, env }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, output: stdout + stderr }),
    );
  });
}

/** Those of a runner are not meant for the one that we run. */
function withoutRunner(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(VITEST|SYSTOLE_)/.test(name)));
}

const CONFIG = `
import ours from '${new URL('vitest.config.ts', ROOT).pathname}';
import { CoverageReporter } from '${new URL('test/coverage/coverage-reporter.ts', ROOT).pathname}';
import { floorsOf } from '${new URL('test/coverage/floors.ts', ROOT).pathname}';
const thresholds = floorsOf(new URL('packages', import.meta.url));
export default {
  test: { reporters: ['default', new CoverageReporter()], coverage: { ...ours.test.coverage, enabled: true, thresholds } },
};
`;

const WHOLE = `${Array.from({ length: 100 }, (_, index) => `export const a${index}: number = ${index};`).join('\n')}\n`;

it('fails for a package of which 1 of 2 branches is not run, whatever the others have', async () => {
  const { code, output } = await measure({
    'packages/core/src/whole.ts': WHOLE,
    'packages/watch/src/half.ts': 'export const sign = (of: number): string => (of < 0 ? "-" : "+");\n',
    'packages/watch/test/half.test.ts':
      "import { expect, it } from 'vitest';\nimport '../../core/src/whole.ts';\nimport { sign } from '../src/half.ts';\nit('is', () => expect(sign(1)).toBe('+'));\n",
  });
  expect(output).toContain(
    'core    100.00 % of lines,100.00 % of branches\nwatch   100.00 % of lines, 50.00 % of branches',
  );
  expect(output).toContain('branches (50%) does not meet "packages/watch/src/**" threshold (90%)');
  expect(output.match(/does not meet/g)).toHaveLength(1);
  expect(code).toBe(1);
});

it('counts a file that no test loads, as not run: 100 of 101 lines', async () => {
  const { code, output } = await measure({
    'packages/core/src/whole.ts': WHOLE,
    'packages/core/src/lonely.ts': 'export const lonely: number = 1;\n',
    'packages/core/test/whole.test.ts':
      "import { expect, it } from 'vitest';\nimport { a1 } from '../src/whole.ts';\nit('is', () => expect(a1).toBe(1));\n",
  });
  expect(output).toContain('core     99.00 % of lines,');
  expect(output).toMatch(/lonely\.ts +\| +0 \|/);
  expect(code).toBe(0);
});
