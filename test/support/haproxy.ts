/** HAProxy in mode `tcp` in front of a server, telling it by the PROXY protocol who connects. */

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Server, TcpAddress } from '@systole/server';
import { onTestFinished } from 'vitest';
import { freePort, isInstalled } from './real-server.ts';

const HOST = '127.0.0.1';

/** Tests with HAProxy are skipped where there is none. */
export const HAS_HAPROXY: boolean = isInstalled('haproxy');

/** Behind their title: why they are skipped, if they are. */
export const WHY_SKIPPED: string = HAS_HAPROXY ? '' : ': haproxy is not installed';

/**
 * Connects to the server from 127.0.0.1 with these words behind `server`, such as `send-proxy`. It ends with the test. Returns where
 * it listens.
 */
export async function startHaproxy({ address }: Pick<Server, 'address'>, words: string): Promise<TcpAddress> {
  const { host, port } = address as TcpAddress;
  const directory = await mkdtemp(join(tmpdir(), 'systole-haproxy-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const own = await freePort();
  const file = join(directory, 'haproxy.cfg');
  await writeFile(
    file,
    `
defaults
  mode tcp
  timeout connect 2s
  timeout client 30s
  timeout server 30s
listen systole
  bind ${HOST}:${own}
  source ${HOST}
  server one ${host}:${port} ${words}
`,
  );
  // It becomes a daemon, and the command ends, when it listens.
  const pidFile = join(directory, 'pid');
  await promisify(execFile)('haproxy', ['-D', '-f', file, '-p', pidFile], {
    env: { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/sbin` },
  });
  const pid = Number(await readFile(pidFile, 'utf8'));
  onTestFinished(() => void process.kill(pid, 'SIGKILL'));
  return { host: HOST, port: own };
}
