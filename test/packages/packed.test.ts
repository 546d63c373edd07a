// What strangers get: the packed packages, installed into an empty project without tsyringe, a registry or a cache.

import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { installPacked } from '../support/packed-project.ts';

const PACKAGES = ['@systole/core', '@systole/server', '@systole/client', '@systole/testing', '@systole/watch'];
const TSC = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url));

/** As strict as a stranger can be; what our declarations need, they say themselves. */
const TSCONFIG = {
  compilerOptions: {
    target: 'es2022',
    module: 'nodenext',
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    types: ['node'],
    outDir: 'dist',
  },
  files: ['typescript.ts'],
};

it('the 5 packed packages work for a stranger in JavaScript and in TypeScript', { timeout: 60_000 }, async () => {
  const { folder, run, add } = await installPacked(...PACKAGES, '@types/node');
  await add(new URL('stranger/javascript.js', import.meta.url), 'javascript.js');
  await add(new URL('stranger/typescript.ts', import.meta.url), 'typescript.ts');
  expect(await readdir(join(folder, 'node_modules'))).not.toContain('tsyringe');
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG));

  expect((await run(process.execPath, 'javascript.js')).split('\n')).toEqual([
    '{"heard":"from one that dials"}',
    '{"heard":"from one on a socket"}',
    'silent',
    '',
  ]);
  expect(await run(process.execPath, TSC)).toBe('');
  expect((await run(process.execPath, 'dist/typescript.js')).split('\n')).toEqual([
    'true',
    '{"heard":"through a proxy","epoch":1}',
    '{"heard":"on a socket","epoch":1}',
    '1',
    'true',
    '4',
    'true',
    '',
  ]);
  expect(await run('npx', 'systole-fault-proxy', '--help')).toContain('systole-fault-proxy --target <place>');
});
