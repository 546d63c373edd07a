// What a run leaves when it is killed, a later one removes.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { describe, expect, inject, it } from 'vitest';
import type { EndConfig, FromEnd } from './lab/end.ts';
import { list, sweep } from './lab/namespaces.ts';
import { Network } from './lab/network.ts';

async function namespacesOf(owner: number): Promise<readonly string[]> {
  return (await list()).filter((name) => name.startsWith(`systole-${owner}-`));
}

describe('the fault laboratory', () => {
  it('removes the 3 namespaces of a run that was killed, and the frozen process in one of them', async ({ skip }) => {
    if (inject('missing').length > 0) return skip(`needs ${inject('missing').join(', ')}`);
    const dead = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1_000)']);
    const owner = dead.pid ?? 0;
    await using network = await Network.build(owner);
    const config: EndConfig = { host: network.far.address, role: 'listens', over: 'tcp', idleMs: 1_000, idleLimits: [] };
    await using end = network.far.start<FromEnd, never>('end', config);
    await end.next('listening');
    end.freeze();
    await sweep();
    expect(await namespacesOf(owner)).toHaveLength(3); // while the run lives, nobody touches them

    dead.kill('SIGKILL');
    await once(dead, 'exit');
    expect(await sweep()).toEqual([]);
    expect(await namespacesOf(owner)).toEqual([]);
    await expect(end.next('connected')).rejects.toThrow('ended (SIGKILL)');
    await expect(Network.build(owner)).rejects.toThrow('the run is over');
  });
});
