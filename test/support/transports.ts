/** What both ends can be connected over: the contract tests run the same bodies over each. */

import { once } from 'node:events';
import type { AddressInfo, NetConnectOpts } from 'node:net';
import { connect as connectSocket, createServer as createNetServer } from 'node:net';
import type { Client, ClientOptions } from '@systole/client';
import { attach } from '@systole/client';
import type { Server, ServerOptions } from '@systole/server';
import { createServer } from '@systole/server';
import { onTestFinished } from 'vitest';
import { authority, certificate } from './certificates.ts';
import type { Address } from './ends.ts';
import { FAST_OPTIONS, freshTarget, listenAt, optionsFor, startClient } from './ends.ts';

/** `attached`: the sockets of both ends were opened by the test. */
export const TRANSPORTS = ['tcp', 'unix', 'tls', 'mutual-tls', 'attached'] as const;
export type TransportName = (typeof TRANSPORTS)[number];

/** Those at which a client dials itself, and so can come back. */
export const DIALLED_TRANSPORTS = ['tcp', 'unix', 'tls', 'mutual-tls'] as const satisfies readonly TransportName[];

/** The server's TLS over this transport, if any. */
function serverTls(transport: TransportName): Pick<ServerOptions, 'tls'> {
  if (transport === 'tls') return { tls: certificate('server') };
  return transport === 'mutual-tls' ? { tls: { ...certificate('server'), ca: authority(), requestCert: true } } : {};
}

/** The client's TLS over this transport, if any. */
function clientTls(transport: TransportName): Pick<ClientOptions, 'tls'> {
  if (transport === 'tls') return { tls: { ca: authority() } };
  return transport === 'mutual-tls' ? { tls: { ca: authority(), ...certificate('client') } } : {};
}

/** A server that is reached over a transport. */
export interface ServerOver {
  readonly server: Server;
  /** Where: of a port of its own, or of one that gives it sockets. */
  readonly address: Address;
}

/** A server, at `address` if it is to be reached where another one was. */
export async function startServerOver(
  transport: TransportName,
  options: ServerOptions = {},
  address?: Address,
): Promise<ServerOver> {
  const server = createServer({ ...FAST_OPTIONS, ...serverTls(transport), ...options });
  onTestFinished(async () => {
    for (const session of server.sessions) session.destroy();
    await server.close();
  });
  if (transport === 'attached') return { server, address: await listenFor(server) };
  return {
    server,
    address: await listenAt(server, address ?? (await freshTarget(transport === 'unix' ? 'unix' : 'tcp'))),
  };
}

/** A port of the test's, whose sockets it gives to the server. */
async function listenFor(server: Server): Promise<Address> {
  const net = createNetServer((socket) => server.attach(socket)).listen(0, '127.0.0.1');
  onTestFinished(() => void net.close());
  await once(net, 'listening');
  const { port, address: host } = net.address() as AddressInfo;
  return { port, host };
}

/** The options of a client that dials over a transport. */
export function clientOptionsOver(transport: TransportName, address: Address): ClientOptions {
  return { ...optionsFor(address), ...clientTls(transport) };
}

/** A client that has begun to introduce itself. */
export async function startClientOver(
  transport: TransportName,
  address: Address,
  options: Partial<ClientOptions> = {},
): Promise<Client> {
  if (transport !== 'attached') return startClient({ ...clientOptionsOver(transport, address), ...options });
  const socket = connectSocket(address as NetConnectOpts);
  await once(socket, 'connect');
  const { reconnect: _, ...attachOptions } = options;
  const client = attach(socket, { ...FAST_OPTIONS, ...attachOptions });
  onTestFinished(() => client.destroy());
  return client;
}
