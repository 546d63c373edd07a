/** A server in a tsyringe container. */

import type { Container, Token } from '@systole/core/di';
import { registerEnd, tokenFor } from '@systole/core/di';
import { resolveParts } from '@systole/core/internal';
import { pino } from 'pino';
import type { Server } from '../api.ts';
import type { ServerOptions } from '../options.ts';

import { createServer } from '../server.ts';

/** The server. */
export const SERVER: Token<Server> = tokenFor('@systole/server:server');

/** Its options. A part among them goes before the container's. Default: none. */
export const SERVER_OPTIONS: Token<ServerOptions> = tokenFor('@systole/server:options');

/**
 * Registers a server under {@link SERVER}, its options under {@link SERVER_OPTIONS}, and under CLOCK, CODEC, LOGGER and RANDOM the
 * default of each part that neither the container nor a parent of it has. What you register there yourself, before or after, goes
 * before these defaults, and what the options say before both. `options` given here replace options registered before.
 *
 * The server is made when it is first resolved, once for each container that asks: a child container gets a server of its own, with
 * the parts as the child sees them. It is yours: call `listen`, and call `close` when you are done, for tsyringe's `dispose()` and
 * `clearInstances()` do not reach it.
 *
 * `container.resolve(SERVER)` throws an `OptionsError` for wrong options or parts, and `ERR_REGISTRATION` for a part that is gone.
 *
 * @throws SystoleError `ERR_REGISTRATION` if this very container has something under SERVER already; nothing is registered then.
 */
export function registerServer(container: Container, options?: ServerOptions): void {
  const advice = 'give options to registerServer, or register them under SERVER_OPTIONS';
  registerEnd(
    container,
    { token: SERVER, optionsToken: SERVER_OPTIONS, defaultOptions: {}, advice, create: createServer },
    options,
    resolveParts({}, pino({ level: 'silent' }), 'server'),
  );
}
