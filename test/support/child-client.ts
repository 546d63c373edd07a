/** Program: a client that tells its parent every event, and answers every message with the message. */

import { once } from 'node:events';
import { connect as connectSocket } from 'node:net';
import type { Client, DialOptions, SessionEvents, TcpTarget } from '@systole/client';
import { attach, connect } from '@systole/client';
import type { Told } from './pair.ts';
import { programConfig, say } from './program.ts';

/** What it says. */
export type FromChildClient = Told;

/** What it is started with. It does not come back. */
export interface ChildClientConfig extends DialOptions, TcpTarget {
  /** Whether to dial by itself and give the socket to the client. */
  readonly attaches?: boolean;
}

async function start({ attaches = false, ...options }: ChildClientConfig): Promise<Client> {
  const onMessage = (message: unknown): unknown => message;
  if (!attaches) return connect({ ...options, reconnect: false, onMessage });
  const { host = '127.0.0.1', port, ...others } = options;
  const socket = connectSocket({ host, port });
  await once(socket, 'connect');
  return attach(socket, { ...others, onMessage });
}

const client = await start(programConfig<ChildClientConfig>());

const EVENTS = ['connect', 'suspect', 'alive', 'dead', 'disconnect', 'reconnecting', 'end'] as const;
for (const type of EVENTS satisfies readonly (keyof SessionEvents)[]) {
  client.on(type, (payload) => say({ type, payload } as FromChildClient));
}
