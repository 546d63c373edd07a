/**
 * What the doors of server and client to a container share. Loads neither tsyringe nor reflect-metadata.
 *
 * @module @systole/core/di
 */

export type { Container, FactoryProvider } from './container.ts';
export { type Registration, registerEnd } from './registration.ts';
export { CLOCK, CODEC, LOGGER, RANDOM, type Token, tokenFor } from './tokens.ts';
