/** The two ways to a client: dial, or attach to a socket that is connected already. */

import type { Socket } from 'node:net';
import { fillSessionOptions, fillSocketOptions, resolveParts, takeOver } from '@systole/core/internal';
import { pino } from 'pino';
import { AttachedClient } from './attached-client.ts';
import type { Client, ClientSessionInit } from './client-session.ts';
import { DiallingClient } from './dialling-client.ts';
import type { AttachOptions, ClientOptions, CommonOptions } from './options.ts';
import { checkAttachOptions, resolveClientOptions } from './options.ts';

/**
 * Starts to connect, and comes back whenever a connection ends, until it is closed. Returns at once: `ready()` waits for the
 * connection, and `send` need not. Until it is closed it keeps the process alive, as an open socket does; it tries for ever unless
 * `reconnect` says otherwise, and tells of it by `reconnecting`, and to the `logger` if there is one.
 *
 * @throws OptionsError that lists everything wrong with the options.
 */
export function connect(options: ClientOptions): Client {
  const config = resolveClientOptions(options);
  const client = new DiallingClient(initOf(options, config.reconnect !== undefined), config);
  client.start(options.signal);
  return client;
}

/**
 * Puts the full protocol on a socket of node:net or node:tls that is connected, and belongs to the client from now on. It
 * does not reconnect: the session ends with the socket.
 *
 * @throws OptionsError that lists everything wrong with the options.
 * @throws SystoleError with `ERR_SOCKET` if the socket cannot carry a session; it is left as it was.
 */
export function attach(socket: Socket, options: AttachOptions = {}): Client {
  checkAttachOptions(options);
  takeOver(socket, options.head);
  const client = new AttachedClient(initOf(options, false));
  client.start(socket, options);
  return client;
}

/** One for all clients: to make a logger takes longer than to make a session. */
const SILENT = pino({ level: 'silent' });

/** A client that does not come back tells the server to keep nothing for it. */
function initOf(options: CommonOptions, comesBack: boolean): ClientSessionInit {
  const session = fillSessionOptions(options);
  return {
    parts: resolveParts(options, SILENT, 'client'),
    session: comesBack ? session : { ...session, resumeWindowMs: 0 },
    socket: fillSocketOptions(options),
    credentials: options.credentials,
    handler: options.onMessage,
  };
}
