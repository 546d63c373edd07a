// The zoo is only worth something while its bugs fit the code.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { findRot } from './rot.ts';
import { ZOO } from './zoo.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

describe('the zoo', () => {
  it('has M1 to M23 and the 6 stories of test/regressions, each once, and a link to where each is told', () => {
    const bugs = Array.from({ length: 23 }, (_, index) => `M${index + 1}`);
    expect(ZOO.map(({ id }) => id)).toEqual([...bugs, 'S1', 'S3', 'S5', 'S8', 'S10', 'S11']);
    const told = ZOO.filter(({ id }) => id.startsWith('S')).flatMap(({ mutants }) =>
      mutants.flatMap(({ tests }) => tests),
    );
    const regressions = readdirSync(join(ROOT, 'test/regressions')).map((file) => `test/regressions/${file}`);
    expect([...new Set(told)].sort()).toEqual(regressions.sort());
    for (const { story } of ZOO) expect(story).toMatch(/^https:\/\//);
  });

  it('fits the code: each text that is replaced is there once, and each test that is to find it is there', () => {
    expect(findRot(ZOO, ROOT)).toEqual([]);
  });

  it('finds a text that is gone or is there 3 times, a missing file, and a bug without a place', () => {
    const file = 'packages/core/src/rules/duration.ts';
    const tests = ['packages/core/test/duration.test.ts'];
    const mutants = [
      { title: 'gone', changes: [{ file, from: 'an hourglass', to: '' }], tests },
      { title: 'thrice', changes: [{ file, from: 'export ', to: '' }], tests },
      { title: 'nowhere', changes: [{ file: 'no.ts', from: 'a', to: 'b' }], tests: ['no.test.ts'] },
      { title: 'idle', changes: [], tests: [] },
    ];
    const bug = { id: 'M0', name: 'a bug', story: 'https://example.org' };
    const zoo = [
      { ...bug, mutants },
      { ...bug, mutants: [] },
      {
        ...bug,
        mutants: [{ title: 'fits', changes: [{ file, from: 'Durations as', to: '' }], tests }],
        absence: 'none',
      },
    ];
    expect(findRot(zoo, ROOT)).toEqual([
      `M0, gone: ${file} has 0 times what is to be replaced, where it must be once: "an hourglass"`,
      `M0, thrice: ${file} has 3 times what is to be replaced, where it must be once: "export "`,
      'M0, nowhere: there is no test no.test.ts',
      'M0, nowhere: there is no no.ts',
      'M0, idle: it changes nothing',
      'M0, idle: no test is expected to find it',
      'M0 has neither a mutant nor a reason why it cannot exist',
      'M0 has a mutant and a reason why it cannot exist',
    ]);
  });
});
