// What a user gets: the packed packages, installed into an empty project. Nothing comes from a registry: what they depend on is packed
// from here, too.

import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ScriptRun } from '../support/script.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../../../', import.meta.url));
const PACKED = ['packages/core', 'packages/testing', 'node_modules/msgpackr', 'node_modules/valibot'];
const QUIET = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];

/** An empty project with the packages installed. */
async function install(): Promise<string> {
  const project = await mkdtemp(join(tmpdir(), 'systole-packed-'));
  onTestFinished(() => rm(project, { recursive: true, force: true }));
  const folders = PACKED.map((folder) => join(root, folder));
  await run('npm', ['pack', ...QUIET, '--pack-destination', project, ...folders], { cwd: project });
  const tarballs = (await readdir(project)).map((name) => `./${name}`);
  expect(tarballs.length).toBe(PACKED.length);
  await writeFile(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  await run('npm', ['install', ...QUIET, '--offline', '--omit=optional', ...tarballs], { cwd: project });
  return project;
}

describe('the packed package', () => {
  it('gives the script and the library to an empty project', { timeout: 60_000 }, async () => {
    const project = await install();
    const { stdout } = await run('npx', ['--offline', '@systole/testing', '--help'], { cwd: project });
    expect(stdout).toContain('systole-fault-proxy --target <place>');

    const script = new ScriptRun(['--target', '1'], [join(project, 'node_modules/.bin/systole-fault-proxy')]);
    await script.line('listening at 127.0.0.1:');
    script.child.kill('SIGTERM');
    expect(await script.ended()).toBe(0);

    const program = `
      import { startFaultProxy } from '@systole/testing/proxy';
      const proxy = await startFaultProxy({ target: 1 });
      console.log(proxy.inspect().conditions.toServer);
      await proxy.close();
    `;
    await writeFile(join(project, 'program.js'), program);
    expect((await run(process.execPath, ['program.js'], { cwd: project })).stdout).toBe('open\n');
  });
});
