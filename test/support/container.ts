/** A tsyringe container for one test, and ends that are gone when it is over. */

import 'reflect-metadata';
import type { Client } from '@systole/client';
import { CLIENT } from '@systole/client/di';
import type { Server } from '@systole/server';
import { SERVER } from '@systole/server/di';
import type { DependencyContainer } from 'tsyringe';
import { container as root } from 'tsyringe';
import { onTestFinished } from 'vitest';

/** An empty container. */
export function freshContainer(): DependencyContainer {
  return root.createChildContainer();
}

/** The server of a container. */
export function serverOf(container: DependencyContainer): Server {
  const server = container.resolve(SERVER);
  onTestFinished(() => server.close());
  return server;
}

/** The client of a container, which has begun to connect. */
export function clientOf(container: DependencyContainer): Client {
  const client = container.resolve(CLIENT);
  onTestFinished(() => client.destroy());
  return client;
}
