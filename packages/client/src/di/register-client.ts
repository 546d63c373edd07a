/** A client in a tsyringe container. */

import type { Container, Token } from '@systole/core/di';
import { registerEnd, tokenFor } from '@systole/core/di';
import { resolveParts } from '@systole/core/internal';
import { pino } from 'pino';
import { connect } from '../client.ts';
import type { Client } from '../client-session.ts';
import type { ClientOptions } from '../options.ts';

/** The client. Who resolves it first starts it. */
export const CLIENT: Token<Client> = tokenFor('@systole/client:client');

/** Its options. A part among them goes before the container's. There is no default: a client needs to know where to. */
export const CLIENT_OPTIONS: Token<ClientOptions> = tokenFor('@systole/client:options');

/**
 * Registers a client under {@link CLIENT}, its options, if they are given, under {@link CLIENT_OPTIONS}, and under CLOCK, CODEC, LOGGER
 * and RANDOM the default of each part that neither the container nor a parent of it has. What you register there yourself, before or
 * after, goes before these defaults, and what the options say before both. `options` given here replace options registered before.
 *
 * The client is made, and starts to connect, when it is first resolved, once for each container that asks: a child container gets a
 * client of its own, with the parts as the child sees them. It is yours: call `close` when you are done, for tsyringe's `dispose()`
 * and `clearInstances()` do not reach it.
 *
 * `container.resolve(CLIENT)` throws an `OptionsError` for wrong options or parts, and `ERR_REGISTRATION` where there are no options.
 *
 * @throws SystoleError `ERR_REGISTRATION` if this very container has something under CLIENT already; nothing is registered then.
 */
export function registerClient(container: Container, options?: ClientOptions): void {
  const advice = 'give options to registerClient, or register them under CLIENT_OPTIONS';
  registerEnd(
    container,
    { token: CLIENT, optionsToken: CLIENT_OPTIONS, defaultOptions: undefined, advice, create: connect },
    options,
    resolveParts({}, pino({ level: 'silent' }), 'client'),
  );
}
