/**
 * Program: a server and clients that come and go, over and over, in one process; says what is left behind. Ends are made
 * in turn by a goodbye of the client, one of the server, and a destroyed socket at either side.
 */

import process from 'node:process';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { ClientOptions } from '@systole/client';
import { connect } from '@systole/client';
import type { ServerOptions, Session } from '@systole/server';
import { createServer } from '@systole/server';
import { programConfig, say } from './program.ts';

/** What it is started with. */
export interface ChurnConfig {
  /** Connections that are made before the first measurement: what is made once is made. */
  readonly warmUp: number;
  /** Connections between the two measurements. */
  readonly cycles: number;
  readonly tls?: { readonly server: ServerOptions['tls']; readonly client: ClientOptions['tls'] };
}

/** What is there at one moment, with all garbage collected. */
export interface Leftovers {
  readonly heapBytes: number;
  /** Sockets, timers and whatever else would keep the process alive, by their names. */
  readonly resources: readonly string[];
  /** Listeners at the process and at the signal that all clients heed. */
  readonly listeners: number;
  readonly sessions: number;
  readonly arrivals: number;
}

/** What it says. */
export interface FromChildChurn {
  readonly type: 'churned';
  readonly before: Leftovers;
  readonly after: Leftovers;
  readonly accepted: number;
}

/** So many come and go at one time. */
const LANES = 10;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const { warmUp, cycles, tls } = programConfig<ChurnConfig>();
const quiet = { keepalive: 'default', onMessage: (message: unknown) => message } as const;
const server = createServer({ ...quiet, ...(tls?.server === undefined ? {} : { tls: tls.server }) });
const { port, host } = await server.listen({ port: 0, host: '127.0.0.1' });
const sessions = new Map<number, Session>();
server.on('session', (session) => sessions.set(session.peer?.metadata['cycle'] as number, session));
const controller = new AbortController();
let listenersAdded = 0;
const { addEventListener, removeEventListener } = controller.signal;
controller.signal.addEventListener = ((...args: Parameters<typeof addEventListener>) => {
  listenersAdded += 1;
  addEventListener.apply(controller.signal, args);
}) as typeof addEventListener;
controller.signal.removeEventListener = ((...args: Parameters<typeof removeEventListener>) => {
  listenersAdded -= 1;
  removeEventListener.apply(controller.signal, args);
}) as typeof removeEventListener;

async function cycle(number: number): Promise<void> {
  const client = connect({
    ...quiet,
    host,
    port,
    reconnect: false,
    metadata: { cycle: number },
    signal: controller.signal,
    ...(tls?.client === undefined ? {} : { tls: tls.client }),
  });
  await client.ready();
  await client.send(number);
  const session = sessions.get(number);
  sessions.delete(number);
  const ended = Promise.all([client.next('end'), session?.next('end')]);
  const endings = [() => client.close(), () => session?.close(), () => client.destroy(), () => session?.destroy()];
  void endings[number % endings.length]?.();
  await ended;
}

async function churn(from: number, count: number): Promise<void> {
  let next = from;
  const lane = async (): Promise<void> => {
    while (next < from + count) {
      next += 1;
      await cycle(next);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

async function measure(): Promise<Leftovers> {
  // Sockets are closed in the turn behind their last event; what is weak goes in a second collection.
  for (let turn = 0; turn < 10; turn += 1) await nextTurn();
  collectGarbage();
  await nextTurn();
  collectGarbage();
  const { sessions: open, arrivals } = server.inspect();
  return {
    heapBytes: process.memoryUsage().heapUsed,
    resources: process.getActiveResourcesInfo().toSorted(),
    listeners: listenersAdded + process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
    sessions: open,
    arrivals,
  };
}

await churn(0, warmUp);
const before = await measure();
await churn(warmUp, cycles);
const after = await measure();
say({ type: 'churned', before, after, accepted: server.inspect().accepted } satisfies FromChildChurn);
