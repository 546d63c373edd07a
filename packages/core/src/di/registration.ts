/** A server or a client in somebody's container: option, then container, then default. */

import type { PartOptions } from '../node/parts.ts';
import { isPlainObject } from '../rules/plain.ts';
import { SystoleError } from '../words/errors.ts';
import type { Container } from './container.ts';
import type { Token } from './tokens.ts';
import { CLOCK, CODEC, LOGGER, RANDOM } from './tokens.ts';

/** What a server and a client differ in, as far as a container is concerned. */
export interface Registration<End, Options extends PartOptions> {
  /** Under which the end is resolved. */
  readonly token: Token<End>;
  /** Under which its options are looked for. */
  readonly optionsToken: Token<Options>;
  /** Where none are registered; undefined if there can be no default. */
  readonly defaultOptions: Options | undefined;
  /** What to do where options are missing. */
  readonly advice: string;
  /** Makes the end, of options that have all parts. */
  readonly create: (options: Options) => End;
}

/**
 * Registers an end, its options, and those parts that the container and its parents do not have yet. One end is made for each container
 * that asks, when it first asks: a child that replaces a part gets an end with that part.
 *
 * @throws SystoleError `ERR_REGISTRATION` if the container itself has such an end already; nothing is registered then.
 */
export function registerEnd<End, Options extends PartOptions>(
  container: Container,
  { token, optionsToken, defaultOptions, advice, create }: Registration<End, Options>,
  options: Options | undefined,
  defaults: Required<PartOptions>,
): void {
  if (container.isRegistered(token)) {
    throw registrationError(
      token,
      'is registered in this container already: register it once, replace it afterwards, or use a child container',
    );
  }
  registerDefault(container, CLOCK, defaults.clock);
  registerDefault(container, CODEC, defaults.codec);
  registerDefault(container, LOGGER, defaults.logger);
  registerDefault(container, RANDOM, defaults.random);
  if (options !== undefined) container.register(optionsToken, { useFactory: () => options });
  else if (defaultOptions !== undefined) registerDefault(container, optionsToken, defaultOptions);
  const make = (asking: Container): End => create(fillParts(need(asking, optionsToken, advice), asking));
  container.register(token, { useFactory: onePerContainer(make) });
}

function registerDefault<T>(container: Container, token: Token<T>, value: T): void {
  // A factory, because tsyringe's clearInstances() removes registered values.
  if (!container.isRegistered(token, true)) container.register(token, { useFactory: () => value });
}

/** The parts that the options leave out come from the container; those that they do not are not even resolved. */
function fillParts<Options extends PartOptions>(options: Options, container: Container): Options {
  if (!isPlainObject(options)) return options; // create() says what is wrong
  const parts: Required<PartOptions> = {
    clock: options.clock ?? need(container, CLOCK),
    codec: options.codec ?? need(container, CODEC),
    logger: options.logger ?? need(container, LOGGER),
    random: options.random ?? need(container, RANDOM),
  };
  return { ...options, ...parts };
}

function need<T>(container: Container, token: Token<T>, advice = 'register it in this container or its parent'): T {
  if (container.isRegistered(token, true)) return container.resolve(token);
  throw registrationError(token, `is not registered: ${advice}`);
}

/** What fails is not kept: the next who asks tries again. */
function onePerContainer<T>(make: (asking: Container) => T): (asking: Container) => T {
  const made = new WeakMap<Container, { readonly it: T }>();
  return (asking) => {
    const known = made.get(asking) ?? { it: make(asking) };
    made.set(asking, known);
    return known.it;
  };
}

function registrationError(token: symbol, what: string): SystoleError {
  return new SystoleError('ERR_REGISTRATION', `${token.description} ${what}`);
}
