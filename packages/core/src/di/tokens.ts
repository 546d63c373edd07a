/** The names under which a container keeps the replaceable parts, with their types. */

import type { Clock } from '../words/clock.ts';
import type { Codec } from '../words/codec.ts';
import type { Logger } from '../words/logger.ts';

/**
 * A name in a container that knows the type of what it names: `container.resolve(CLOCK)` is a `Clock`, and to register a codec there
 * does not compile. At run time it is a symbol and no more. The construct signature is for the types of tsyringe alone, which read from
 * it what they read from a class; nobody can call it.
 */
export type Token<T> = symbol & (abstract new (...args: never) => T);

/** The token of this name, the same for two installed copies of a package. */
export function tokenFor<T>(name: string): Token<T> {
  return Symbol.for(name) as Token<T>;
}

/** The clock and scheduler of servers and clients. Default: the monotonic clock and the one scheduler of the process. */
export const CLOCK: Token<Clock> = tokenFor('@systole/core:clock');

/** How messages become bytes. Default: MessagePack. */
export const CODEC: Token<Codec> = tokenFor('@systole/core:codec');

/** A pino logger, or one with its methods. Default: a silent one. */
export const LOGGER: Token<Logger> = tokenFor('@systole/core:logger');

/** Uniform in [0, 1), for jitter. Default: Math.random. */
export const RANDOM: Token<() => number> = tokenFor('@systole/core:random');
