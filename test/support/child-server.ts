/** Program: a server that says where it listens, and answers every message with the message. */

import type { ServerOptions, TcpAddress } from '@systole/server';
import { createServer } from '@systole/server';
import { programConfig, say } from './program.ts';

/** What it says. It is started with {@link ServerOptions}, and with a port if it must be a certain one. */
export type FromChildServer =
  | ({ readonly type: 'listening' } & TcpAddress)
  /** A client is connected. */
  | { readonly type: 'session' };

const { port = 0, ...options } = programConfig<ServerOptions & { port?: number }>();

const server = createServer({ ...options, onMessage: (message) => message });
server.on('session', () => say({ type: 'session' } as FromChildServer));
say({ type: 'listening', ...(await server.listen({ port, host: '127.0.0.1' })) } as FromChildServer);
