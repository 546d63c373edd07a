/** A redis-server of an example's own, which ends with it. */

import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';

/** One that runs. */
export interface RedisServer {
  readonly process: ChildProcess;
  /** Of its Unix socket: it listens at no port. */
  readonly path: string;
}

/** Resolves when it takes connections. Without redis-server, the program says so and ends with 1. */
export async function startRedis(): Promise<RedisServer> {
  const directory = mkdtempSync(join(tmpdir(), 'systole-redis-'));
  const path = join(directory, 'socket');
  const args = ['--port', '0', '--unixsocket', path, '--dir', directory, '--save', ''];
  const server = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'ignore'] });
  // SIGKILL, because a frozen process hears nothing else. Also runs when the example fails or is interrupted.
  process.once('exit', () => {
    server.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  });
  server.once('error', () => {
    console.error('This example needs redis-server, which is not installed. On Debian: apt-get install redis-server');
    process.exit(1);
  });
  const lines = createInterface({ input: server.stdout });
  for await (const line of lines) if (line.toLowerCase().includes('ready to accept connections')) break;
  server.stdout.resume();
  return { process: server, path };
}

/** Ends it, frozen or not. */
export async function endRedis({ process: server }: RedisServer): Promise<void> {
  const gone = once(server, 'exit');
  server.kill('SIGKILL');
  await gone;
}
