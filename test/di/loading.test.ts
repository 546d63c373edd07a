// tsyringe is a door, not a floor. Looked at in a process of its own, with the packages as they are built.

import { execFile } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('../dist/support/child-modules.js', import.meta.url));

/** What a process has loaded that imports these. */
async function loadedBy(...specifiers: string[]): Promise<unknown> {
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...specifiers]);
  return JSON.parse(stdout);
}

describe('a process loads neither tsyringe nor reflect-metadata', () => {
  it.each([
    '@systole/server',
    '@systole/client',
    '@systole/core',
    '@systole/core/node',
    '@systole/server/di',
    '@systole/client/di',
  ])('by %s', async (specifier) => {
    expect(await loadedBy(specifier)).toEqual({ loaded: [], hasMetadata: false });
  });

  it('unless it imports them itself, after our doors as well as before', async () => {
    const both = { loaded: ['tsyringe', 'reflect-metadata'], hasMetadata: true };
    expect(await loadedBy('@systole/server/di', 'reflect-metadata', 'tsyringe', '@systole/client/di')).toEqual(both);
  });
});
