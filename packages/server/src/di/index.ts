/**
 * The door for those who use tsyringe: a server, its options and its parts in your container.
 *
 * @module @systole/server/di
 */

export type {
  Container,
  FactoryProvider,
  Token,
} from '@systole/core/di';
export { CLOCK, CODEC, LOGGER, RANDOM } from '@systole/core/di';
export { registerServer, SERVER, SERVER_OPTIONS } from './register-server.ts';
