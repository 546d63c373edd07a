/** The servers of other people, as processes of their own: Redis, NATS and an MQTT broker, from Debian's packages. */

import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const HOST = '127.0.0.1';

/** How one of them is run in a directory of its own, on this port of loopback. */
interface Recipe {
  readonly command: string;
  readonly args: (port: number, directory: string) => readonly string[];
}

const RECIPES = {
  redis: {
    command: 'redis-server',
    args: (port, directory) => [
      '--port',
      `${port}`,
      '--bind',
      HOST,
      '--save',
      '',
      '--appendonly',
      'no',
      '--dir',
      directory,
    ],
  },
  nats: {
    command: 'nats-server',
    args: (port) => ['-a', HOST, '-p', `${port}`],
  },
  mosquitto: {
    command: 'mosquitto',
    args: (port, directory) => {
      const file = join(directory, 'mosquitto.conf');
      writeFileSync(file, `listener ${port} ${HOST}\nallow_anonymous true\npersistence false\n`);
      return ['-c', file];
    },
  },
} as const satisfies Record<string, Recipe>;

/** Which of them. */
export type RealServerName = keyof typeof RECIPES;

/** Debian installs some of them where only root looks. */
const env = { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/sbin` };

/** Whether there is a command of this name. */
export function isInstalled(command: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${command}`], { env }).status === 0;
}

/** What a test that needs one is skipped for: the package to install; undefined if it is there. */
export function missing(name: RealServerName): string | undefined {
  const { command } = RECIPES[name];
  return isInstalled(command) ? undefined : `${command} is not installed`;
}

/** One that runs, and takes connections. Disposing ends it. */
export class RealServer implements AsyncDisposable {
  readonly host: string = HOST;
  readonly port: number;
  readonly #name: RealServerName;
  readonly #extra: readonly string[];
  readonly #directory = mkdtempSync(join(tmpdir(), 'systole-server-'));
  #process: ChildProcess;

  private constructor(name: RealServerName, port: number, extra: readonly string[]) {
    this.#name = name;
    this.port = port;
    this.#extra = extra;
    this.#process = this.#spawn();
  }

  /** With `extra` arguments, if there are any. */
  static async start(name: RealServerName, extra: readonly string[] = []): Promise<RealServer> {
    const server = new RealServer(name, await freePort(), extra);
    await server.#accepting();
    return server;
  }

  /** The process is stopped where it stands; its kernel goes on. */
  freeze(): void {
    this.#process.kill('SIGSTOP');
  }

  thaw(): void {
    this.#process.kill('SIGCONT');
  }

  /** The process is gone, and its sockets with it. */
  async kill(): Promise<void> {
    const exited =
      this.#process.exitCode === null && this.#process.signalCode === null ? once(this.#process, 'exit') : undefined;
    this.#process.kill('SIGKILL');
    await exited;
  }

  /** Another process on the same port, which remembers nothing. */
  async restart(): Promise<void> {
    await this.kill();
    this.#process = this.#spawn();
    await this.#accepting();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #spawn(): ChildProcess {
    const { command, args } = RECIPES[this.#name];
    return spawn(command, [...args(this.port, this.#directory), ...this.#extra], { stdio: 'ignore', env });
  }

  /** Asks until it answers; a server that has ended never will. */
  async #accepting(): Promise<void> {
    while (!(await accepts(this.port))) {
      if (this.#process.exitCode !== null) throw new Error(`${this.#name} ended with ${this.#process.exitCode}`);
    }
  }
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, HOST);
  const accepted = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
  });
  socket.destroy();
  return accepted;
}

/** One of loopback that nobody listens at. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, HOST);
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}
