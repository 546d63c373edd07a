/** Program: listens with the shortest backlog there is. Frozen, it accepts nothing, and soon its kernel does not either. */

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { programConfig, say } from './program.ts';

/** What it says. */
export interface FromChildListener {
  readonly type: 'listening';
  readonly port: number;
}

programConfig();
const server = createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 });
await once(server, 'listening');
say({ type: 'listening', port: (server.address() as AddressInfo).port } as FromChildListener);
