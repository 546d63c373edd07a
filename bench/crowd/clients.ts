/** Program: the clients of one server. They watch nobody, and answer. */

import type { Client } from '@systole/client';
import { connect } from '@systole/client';
import { heard, programConfig, say } from '../support/program.ts';
import type { Troubles } from './troubles.ts';
import { TroubleCount } from './troubles.ts';

/** What it is started with. */
export interface ClientsConfig {
  readonly host: string;
  /** They connect to each of them in turn. */
  readonly ports: readonly number[];
  /** The server may send a PING so often. */
  readonly minPingIntervalMs: number;
}

/** How the clients are. */
export interface Census {
  /** Those that have a connection. */
  readonly open: number;
  /** PINGs that have come to all of them so far. */
  readonly heartbeats: number;
  readonly troubles: Troubles;
}

/** What it says. */
export type FromClients =
  /** All are, or have failed. */
  { readonly type: 'connected' } | ({ readonly type: 'census' } & Census);

/** What it does. */
export type ToClients = { readonly type: 'connect'; readonly connections: number } | { readonly type: 'census' };

/** So many handshakes at a time: below a server's `maxHandshakes`, and below the backlog of any listening socket. */
const AT_ONCE = 100;

/** While no message travels, PINGs are all that comes: length, type and number. From number 64 on it is a byte more. */
const PING_BYTES = 3;
const SHORT_PINGS = 63;

const { host, ports, minPingIntervalMs } = programConfig<ClientsConfig>();
const count = new TroubleCount();
/** With the bytes that had come with the handshake. */
const clients: (readonly [Client, handshakeBytes: number])[] = [];

async function connectOne(port: number): Promise<void> {
  const client = connect({ host, port, keepalive: false, minPingInterval: minPingIntervalMs, reconnect: false });
  try {
    await client.ready();
    clients.push([client, client.inspect().bytesIn]);
  } catch (error) {
    count.add(`not connected: ${client.inspect().lastCause ?? (error as Error).message}`);
  }
}

async function connectAll(connections: number): Promise<void> {
  let left = connections;
  const lane = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await connectOne(ports[left % ports.length] ?? 0);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}

function pingsOf(bytes: number): number {
  const short = Math.min(SHORT_PINGS, bytes / PING_BYTES);
  return short + (bytes - short * PING_BYTES) / (PING_BYTES + 1);
}

function takeCensus(): Census {
  const snapshots = clients.map(([client, handshakeBytes]) => [client.inspect(), handshakeBytes] as const);
  return {
    open: snapshots.filter(([{ state }]) => state === 'open').length,
    heartbeats: snapshots.reduce((sum, [{ bytesIn }, before]) => sum + pingsOf(bytesIn - before), 0),
    troubles: count.troubles,
  };
}

for (;;) {
  const order = await heard<ToClients>();
  if (order.type === 'connect') {
    await connectAll(order.connections);
    say<FromClients>({ type: 'connected' });
  } else {
    say<FromClients>({ type: 'census', ...takeCensus() });
  }
}
