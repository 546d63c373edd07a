// What a user of the script gets: the packed package, installed into an empty project.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { describe, expect, it } from 'vitest';
import { installPacked } from '../../../../test/support/packed-project.ts';
import { ScriptRun } from '../support/script.ts';

describe('the packed package', () => {
  it('gives the script and the library to an empty project', { timeout: 60_000 }, async () => {
    await using project = await installPacked('@systole/testing');
    const { folder, run } = project;
    expect(await run('npx', '@systole/testing', '--help')).toContain('systole-fault-proxy --target <place>');

    const script = new ScriptRun(['--target', '1'], [join(folder, 'node_modules/.bin/systole-fault-proxy')]);
    await script.line('listening at 127.0.0.1:');
    script.child.kill('SIGTERM');
    expect(await script.ended()).toBe(0);

    const program = `
      import { startFaultProxy } from '@systole/testing/proxy';
      const proxy = await startFaultProxy({ target: 1 });
      console.log(proxy.inspect().conditions.toServer);
      await proxy.close();
    `;
    await writeFile(join(folder, 'program.js'), program);
    expect(await run(process.execPath, 'program.js')).toBe('open\n');
  });
});
