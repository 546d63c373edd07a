/** A server and a client that are connected through a fault proxy: a network with bad days. */

import type { ClientOptions } from '@systole/client';
import type { Server, ServerOptions } from '@systole/server';
import type { FaultProxy } from '@systole/testing/proxy';
import { startFaultProxy } from '@systole/testing/proxy';
import { onTestFinished } from 'vitest';
import type { Pair } from './pair.ts';
import { nextSession, optionsFor, record, startClient, startServer } from './pair.ts';

/** See the head of the file. */
export interface ProxiedPair extends Pair {
  readonly proxy: FaultProxy;
}

/** A fault proxy before a server that listens. It is closed when the test is over. */
export async function startProxyBefore({ address }: Server): Promise<FaultProxy> {
  if (address === undefined) throw new Error('the server does not listen');
  const proxy = await startFaultProxy({ target: address });
  onTestFinished(() => proxy.close());
  return proxy;
}

/** A pair that is connected through a fault proxy. */
export async function startProxiedPair(
  options: { server?: ServerOptions; client?: Partial<ClientOptions> } = {},
): Promise<ProxiedPair> {
  const server = await startServer(options.server);
  const proxy = await startProxyBefore(server);
  const arrival = nextSession(server);
  const client = startClient({ ...optionsFor(proxy.address), ...options.client });
  const clientTape = record(client);
  const [{ session, tape: serverTape }] = await Promise.all([arrival, client.ready()]);
  return { server, address: proxy.address, client, session, clientTape, serverTape, proxy };
}
