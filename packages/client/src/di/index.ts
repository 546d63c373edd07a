/**
 * The door for those who use tsyringe: a client, its options and its parts in your container.
 *
 * @module @systole/client/di
 */

export type {
  Container,
  FactoryProvider,
  Token,
} from '@systole/core/di';
export { CLOCK, CODEC, LOGGER, RANDOM } from '@systole/core/di';
export { CLIENT, CLIENT_OPTIONS, registerClient } from './register-client.ts';
