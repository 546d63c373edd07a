// What comes with our packages, and by which licence.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { broughtBy, judgeLicences, thirdPartyPage } from './licences.ts';
import type { Lock } from './lock.ts';
import { companyOf, readLock } from './lock.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const FOLDERS = ['client', 'core', 'server', 'testing', 'watch'];

/** Of a house where `a` of ours stands on `b` of ours. */
const LOCK: Lock = {
  'packages/a': { version: '1.0.0', dependencies: { '@systole/b': '1.0.0', log: '^1.0.0' } },
  'packages/b': {
    version: '1.0.0',
    optionalDependencies: { native: '*', elsewhere: '*' },
    dependencies: { split: '*' },
  },
  'node_modules/log': { version: '1.2.0', license: 'MIT', dependencies: { split: '^2.0.0', bits: '*' } },
  'node_modules/log/node_modules/split': { version: '2.0.0', license: 'GPL-3.0' },
  'node_modules/split': { version: '3.0.0', license: 'ISC' },
  'node_modules/bits': { version: '4.0.0' },
  'node_modules/native': { version: '5.0.0', license: 'MIT', dependencies: { bits: '*', look: '*' } },
  'node_modules/look': { version: '6.0.0', license: 'Apache-2.0' },
  'node_modules/stranger': { version: '7.0.0', license: 'AGPL-3.0' },
};

describe('companyOf', () => {
  it('follows dependencies as Node finds them: 2 of ours, 6 of others, one of them twice', () => {
    const { ours, others, unknown } = companyOf('a', LOCK);
    expect(ours).toEqual(['@systole/a', '@systole/b']);
    expect(others.map(({ path, by, optional }) => [path.replace('node_modules/', ''), by, optional])).toEqual([
      ['split', 'split', false],
      ['native', 'native', true],
      ['bits', 'log', false],
      ['look', 'native', true],
      ['log', 'log', false],
      ['log/node_modules/split', 'log', false],
    ]);
    expect(unknown).toEqual(['elsewhere']);
  });

  it('refuses a lock file without a dependency that is not optional', () => {
    const { 'node_modules/bits': _, ...incomplete } = LOCK;
    expect(() => companyOf('a', incomplete)).toThrow('the lock file has no bits for');
  });
});

describe('Licences', () => {
  it('are refused if they ask for more than to be kept, or are not named, wherever they come in', () => {
    expect(judgeLicences(broughtBy(['a'], LOCK))).toEqual([
      'bits 4.0.0 has the licence of nobody knows whom',
      'split 2.0.0 has the licence GPL-3.0',
    ]);
  });

  it('of more than 15 packages that come with our 5 are all allowed', () => {
    const brought = broughtBy(FOLDERS, readLock(root));
    expect(brought.length).toBeGreaterThan(15);
    expect(brought.map(({ name }) => name)).toEqual(expect.arrayContaining(['pino', 'msgpackr', 'valibot']));
    expect(judgeLicences(brought)).toEqual([]);
  });

  it('of installed packages are those of the lock file', () => {
    for (const { name, license, path, optional } of broughtBy(FOLDERS, readLock(root))) {
      if (optional) continue;
      const manifest = JSON.parse(readFileSync(`${root}${path}/package.json`, 'utf8')) as { license?: string };
      expect([name, manifest.license]).toEqual([name, license]);
    }
  });

  it('are listed in THIRD-PARTY.md as npm run packages -- --write writes it', () => {
    expect(readFileSync(`${root}THIRD-PARTY.md`, 'utf8')).toBe(thirdPartyPage(FOLDERS, readLock(root)));
  });
});
