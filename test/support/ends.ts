/** Servers and clients on real sockets, with a heartbeat fast enough for tests. All is gone when the test is over. */

import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client, ClientOptions } from '@systole/client';
import { connect } from '@systole/client';
import type { Server, ServerOptions, TcpAddress, TcpTarget, UnixAddress, UnixTarget } from '@systole/server';
import { createServer } from '@systole/server';
import { onTestFinished } from 'vitest';

/** The verdict comes within 500 ms of the last evidence: 200 + 3 x 100. */
export const FAST = { idle: 200, interval: 100, probes: 3 } as const;

/** Both ends watch each other with {@link FAST}, and accept it. */
export const FAST_OPTIONS = { keepalive: FAST, minPingInterval: 100 } as const;

/** A place to listen at. */
export type Target = Exclude<TcpTarget, number> | UnixTarget;

/** Where somebody listens. */
export type Address = TcpAddress | UnixAddress;

/** A place where nobody listens yet. */
export async function freshTarget(transport: 'tcp' | 'unix' = 'tcp'): Promise<Target> {
  return transport === 'tcp' ? { port: 0, host: '127.0.0.1' } : { path: await freshPath() };
}

/** A path for a Unix socket, in a directory that is removed when the test is over. */
export async function freshPath(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'systole-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return join(directory, `${randomUUID().slice(0, 8)}.sock`);
}

/** The client's way to where a server listens. */
export function optionsFor(address: Address | undefined): ClientOptions {
  if (address === undefined) throw new Error('the server does not listen');
  return 'path' in address ? { path: address.path } : { host: address.host, port: address.port };
}

/** The port where a server listens on TCP. */
export function portOf(address: Address | undefined): number {
  if (address === undefined || 'path' in address) throw new Error('the server does not listen at a port');
  return address.port;
}

/** A listening server. */
export async function startServer(options: ServerOptions = {}, target?: Target): Promise<Server> {
  const server = createServer({ ...FAST_OPTIONS, ...options });
  onTestFinished(async () => {
    for (const session of server.sessions) session.destroy();
    await server.close();
  });
  await listenAt(server, target ?? (await freshTarget()));
  return server;
}

/** Listens on TCP or a Unix socket: `listen` wants to know which. */
export function listenAt(server: Server, target: Target): Promise<Address> {
  return 'path' in target ? server.listen(target) : server.listen(target);
}

/** A client that has begun to connect. It does not come back unless `options` say so. */
export function startClient(options: ClientOptions): Client {
  const client = connect({ ...FAST_OPTIONS, reconnect: false, ...options });
  onTestFinished(() => client.destroy());
  return client;
}
