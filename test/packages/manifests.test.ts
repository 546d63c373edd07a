// What the manifests of the 5 packages tell strangers, and what they do not.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe as describePromise } from '@systole/core';
import { describe, expect, it } from 'vitest';
import { aliasesOfSources, sourceOf } from '../support/sources.ts';

const packages = new URL('../../packages/', import.meta.url);
const folders = readdirSync(packages);

it('there are 5 packages, of one version', () => {
  expect(folders).toEqual(['client', 'core', 'server', 'testing', 'watch']);
  expect(new Set(folders.map((folder) => manifestOf(folder)['version'])).size).toBe(1);
});

describe.each(folders)('@systole/%s', (folder) => {
  const manifest = manifestOf(folder);

  it('is MIT, ESM, for Node 20.19 and newer, without side effects, and for everybody', () => {
    expect(manifest).toMatchObject({
      name: `@systole/${folder}`,
      license: 'MIT',
      type: 'module',
      engines: { node: '>=20.19' },
      sideEffects: false,
      publishConfig: { access: 'public' },
    });
    expect(manifest['description']).toMatch(/^[A-Z].+\.$/);
    expect(manifest['keywords']).toContain('heartbeat');
  });

  it('packs what was built, and nothing else that is ours to choose', () => {
    expect(manifest['files']).toEqual(['dist/**/*.js', 'dist/**/*.d.ts']);
  });

  it('exports types and code of each subpath, both built of one source, and no other condition', () => {
    for (const entry of Object.values(manifest['exports'] as Record<string, Record<string, string>>)) {
      expect(Object.keys(entry)).toEqual(['types', 'default']);
      const { types = '', default: code = '' } = entry;
      expect(types).toMatch(/^\.\/dist\/.+\.d\.ts$/);
      expect(code).toMatch(/^\.\/dist\/.+\.js$/);
      expect(sourceOf(types)).toBe(sourceOf(code));
      expect(existsSync(new URL(`${folder}/${sourceOf(code)}`, packages))).toBe(true);
    }
  });
});

it('tests import the sources of all 18 subpaths', () => {
  const aliases = aliasesOfSources();
  expect(aliases).toHaveLength(18);
  for (const { replacement } of aliases) expect(existsSync(replacement)).toBe(true);

  const { stack } = caught(() => describePromise({ keepalive: { probes: 0 } }));
  expect(stack).toContain(fileURLToPath(new URL('core/src/', packages)));
});

function manifestOf(folder: string): Record<string, unknown> {
  return JSON.parse(readFileSync(new URL(`${folder}/package.json`, packages), 'utf8')) as Record<string, unknown>;
}

function caught(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('nothing was thrown');
}
