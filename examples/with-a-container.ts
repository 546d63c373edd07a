// A server and a client in a tsyringe container: one logger for both, and a child container whose client has its own.
//
// Run:     npm run build && node examples/dist/with-a-container.js
// You see: what both ends log, the answer of the server's handler, then a second client that logs under another name.

import 'reflect-metadata'; // tsyringe wants it first

import type { ClientOptions } from '@systole/client';
import { CLIENT, CLIENT_OPTIONS, registerClient } from '@systole/client/di';
import type { Logger } from '@systole/core';
import { LOGGER, registerServer, SERVER } from '@systole/server/di';
import { container } from 'tsyringe';

/** A logger that prints what is worth a line; pino would do as well. */
function loggerNamed(name: string): Logger {
  const print = (_fields: object, message: string): void => console.log(`${name}: ${message}`);
  const logger: Logger = { debug: () => {}, info: print, warn: print, error: print, child: () => logger };
  return logger;
}

container.register(LOGGER, { useValue: loggerNamed('house') });
registerServer(container, { onMessage: (message) => ({ heard: message }) });
registerClient(container);

const server = container.resolve(SERVER);
const { port } = await server.listen({ port: 0, host: '127.0.0.1' });
const options: ClientOptions = { host: '127.0.0.1', port, keepalive: 'lan' };
container.register(CLIENT_OPTIONS, { useValue: options });

const client = container.resolve(CLIENT); // made now, and it begins to connect
console.log('the server answered', await client.send({ temperature: 21 }));
console.log('the same client when asked again:', container.resolve(CLIENT) === client);

const child = container.createChildContainer();
child.register(LOGGER, { useValue: loggerNamed('child') });
const other = child.resolve(CLIENT); // its own, with the options of the parent
console.log('the server answered', await other.send({ temperature: 22 }));

// Whoever resolves an end closes it: a container does not know how.
await other.close();
await client.close();
await server.close();
