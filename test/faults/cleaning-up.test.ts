// What a run leaves when it is killed, a later one removes.

import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import type { EndConfig, FromEnd } from './lab/end.ts';
import { balanceLoad } from './lab/load-balancer.ts';
import { endMarked, unmarked } from './lab/marked.ts';
import { list, processesOf, sweep } from './lab/namespaces.ts';
import { Network } from './lab/network.ts';

/** Some thirty commands, on a busy machine. */
const TIMEOUT_MS = 30_000;

async function namespacesOf(owner: number): Promise<readonly string[]> {
  return (await list()).filter((name) => name.startsWith(`systole-${owner}-`));
}

/** Its command line; empty once it has ended, also while nobody has taken note of that. */
async function commandOf(pid: number): Promise<string> {
  return await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
}

describe('the fault laboratory', () => {
  it(
    'removes the 3 namespaces of a run that was killed, and the frozen process and HAProxy in 2 of them',
    async ({ skip }) => {
      if (inject('missing').length > 0) return skip(`needs ${inject('missing').join(', ')}`);
      const dead = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1_000)']);
      onTestFinished(() => void dead.kill('SIGKILL')); // whatever fails: while it lives, nobody removes what is its
      const owner = dead.pid ?? 0;
      await using network = await Network.build(owner);
      const config: EndConfig = {
        host: network.far.address,
        role: 'listens',
        over: 'tcp',
        idleMs: 1_000,
        idleLimits: [],
      };
      await using end = network.far.start<FromEnd, never>('end', config);
      await end.next('listening');
      end.freeze();
      await balanceLoad(network.router, network.far.address, 3);
      const [balancer = 0, ...others] = await processesOf(network.router);
      expect([await commandOf(balancer), others]).toEqual([expect.stringContaining('haproxy'), []]);
      await sweep();
      expect(await namespacesOf(owner)).toHaveLength(3); // while the run lives, nobody touches them

      dead.kill('SIGKILL');
      await once(dead, 'exit');
      expect(await sweep()).toEqual([]);
      expect(await namespacesOf(owner)).toEqual([]);
      await expect.poll(() => commandOf(balancer)).toBe('');
      await expect(end.next('connected')).rejects.toThrow('ended (SIGKILL)');
      await expect(Network.build(owner)).rejects.toThrow('the run is over');
    },
    TIMEOUT_MS,
  );

  it('ends a frozen process that has the mark of a run, and no process that has none', async () => {
    const start = (env: NodeJS.ProcessEnv): ChildProcess => {
      const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1_000)'], { env });
      onTestFinished(() => void child.kill('SIGKILL'));
      return child;
    };
    const nobody = 2 ** 30; // above any process id
    const marked = start({ ...unmarked(), SYSTOLE_FAULTS_RUN: String(nobody) });
    const other = start(unmarked());
    await Promise.all([once(marked, 'spawn'), once(other, 'spawn')]);
    marked.kill('SIGSTOP');
    const exited = once(marked, 'exit');
    await endMarked(nobody);
    expect(await exited).toEqual([null, 'SIGKILL']);
    expect(other.exitCode ?? other.signalCode).toBeNull();
  });
});
