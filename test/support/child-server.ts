/** Program: a server that says where it listens, and answers every message with the message. */

import type { ServerOptions, TcpAddress, UnixAddress } from '@systole/server';
import { createServer } from '@systole/server';
import { programConfig, say } from './program.ts';

/** What it says. It is started with {@link ServerOptions}, and with a port or a path if it must be a certain one. */
export type FromChildServer =
  | ({ readonly type: 'listening' } & TcpAddress)
  | ({ readonly type: 'listening-at-path' } & UnixAddress)
  /** A client is connected. */
  | { readonly type: 'session' };

const { port = 0, path, ...options } = programConfig<ServerOptions & { port?: number; path?: string }>();

const server = createServer({ ...options, onMessage: (message) => message });
server.on('session', () => say<FromChildServer>({ type: 'session' }));
say<FromChildServer>(
  path === undefined
    ? { type: 'listening', ...(await server.listen({ port, host: '127.0.0.1' })) }
    : { type: 'listening-at-path', ...(await server.listen({ path })) },
);
