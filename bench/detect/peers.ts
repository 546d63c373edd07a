/** Program: so many clients, who do not watch. They speak when they are told to, all at once. */

import type { Client } from '@systole/client';
import { connect } from '@systole/client';
import { heard, programConfig, say } from '../support/program.ts';

/** What it is started with. */
export interface PeersConfig {
  readonly port: number;
  readonly connections: number;
  /** The watcher may send a PING so often. */
  readonly minPingIntervalMs: number;
}

/** What it says. */
export interface FromPeers {
  /** Everyone is connected; everyone has sent a message, and it was handled. */
  readonly type: 'connected' | 'spoken';
}

/** What it does. */
export interface ToPeers {
  readonly type: 'speak';
}

/** Below the backlog of any listening socket. */
const CONNECTIONS_AT_ONCE = 100;

const { port, connections, minPingIntervalMs } = programConfig<PeersConfig>();
const clients: Client[] = [];
while (clients.length < connections) {
  const options = {
    host: '127.0.0.1',
    port,
    keepalive: false,
    minPingInterval: minPingIntervalMs,
    reconnect: false,
  } as const;
  const count = Math.min(CONNECTIONS_AT_ONCE, connections - clients.length);
  const batch = Array.from({ length: count }, () => connect(options));
  await Promise.all(batch.map((client) => client.ready()));
  clients.push(...batch);
}
say<FromPeers>({ type: 'connected' });
await heard<ToPeers>();
await Promise.all(clients.map((client) => client.send('here')));
say<FromPeers>({ type: 'spoken' });
