/** Connected sockets, as a stranger's protocol would have them: raw ones of each kind, and a stream that is no socket. */

import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';
import { onTestFinished } from 'vitest';
import { authority, certificate } from './certificates.ts';

/** `tls`: dialled by `tls.connect` itself; `tls-over-socket`: put on a socket. */
export const WATCHED_KINDS = ['tcp', 'unix', 'tls', 'tls-over-socket'] as const;

/** Which of them. */
export type WatchedKind = (typeof WATCHED_KINDS)[number];

/** Both ends of a connection; the near one is to be watched. */
export interface WatchedPair {
  readonly near: Socket;
  readonly far: Duplex;
  /** The far end sends RST, below TLS if there is any. No Unix socket can. */
  reset(): void;
}

/** A connection of this kind. It ends with the test. */
export async function connectPair(kind: WatchedKind): Promise<WatchedPair> {
  const isTls = kind === 'tls' || kind === 'tls-over-socket';
  const server = isTls ? createTlsServer(certificate('server')) : createServer();
  const address = await listen(server, kind);
  const raw = once(server, 'connection') as Promise<[Socket]>;
  const arrival = once(server, isTls ? 'secureConnection' : 'connection') as Promise<[Duplex]>;
  const near = dial(kind, address);
  await once(near, isTls ? 'secureConnect' : 'connect');
  const [far] = await arrival;
  near.on('error', () => {});
  far.on('error', () => {});
  onTestFinished(async () => {
    near.destroy();
    far.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const [below] = await raw;
  return { near, far, reset: () => void below.resetAndDestroy() };
}

type Address = { readonly path: string } | { readonly host: string; readonly port: number };

function dial(kind: WatchedKind, address: Address): Socket {
  if (kind === 'tcp' || kind === 'unix') return connect(address);
  const trust = { servername: 'localhost', ca: authority() };
  return kind === 'tls' ? connectTls({ ...address, ...trust }) : connectTls({ socket: connect(address), ...trust });
}

async function listen(server: Server, kind: WatchedKind): Promise<Address> {
  if (kind === 'unix') {
    const directory = mkdtempSync(join(tmpdir(), 'systole-watched-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const path = join(directory, 'socket');
    server.listen(path);
    await once(server, 'listening');
    return { path };
  }
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  return { host: '127.0.0.1', port };
}
