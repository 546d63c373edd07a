// A server process for each core, and one port for all: node:cluster accepts, and hands each connection to the next worker.
// A session is in the memory of one worker. A client that loses its connection and comes back through the port of all meets
// another one: it gets a new session, and what was in doubt is handed back (D4). Where that matters, the port of all is for
// the first contact only: WELCOME names a port of the worker's own, and who comes back there meets it again, session and answer
// included. When that port refuses, the worker is gone, and its sessions with it: back to the port of all.
//
// Run:     npm run build && node examples/dist/cluster.js
// You see:
//
//   2 workers listen at one port
//   at the port of all: connected to worker …, a new session
//   the connection breaks while worker … works
//   at the port of all: connected to worker …, a new session
//   its answer: ERR_IN_DOUBT, handled or not, nobody here knows
//   at the port of its own: connected to worker …, a new session
//   the connection breaks while worker … works
//   at the port of its own: connected to worker …, its session goes on
//   its answer: done by worker …

import type { Worker } from 'node:cluster';
import cluster from 'node:cluster';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { createServer as createNetServer } from 'node:net';
import process from 'node:process';
import type { SystoleError } from '@systole/client';
import { connect } from '@systole/client';
import type { Session } from '@systole/server';
import { createServer } from '@systole/server';
import { startFaultProxy } from '@systole/testing/proxy';

const HOST = '127.0.0.1';
/** A service takes `availableParallelism()` of node:os. */
const WORKERS = 2;

/** A worker: one server with two doors, so that it has every session of this process, whichever way its client came. */
async function serve(name: string): Promise<void> {
  const door = createNetServer();
  await once(door.listen({ port: 0, host: HOST, exclusive: true }), 'listening'); // shared with no other worker
  const { port: ownPort } = door.address() as AddressInfo;
  const server = createServer({
    metadata: { name, ownPort },
    onMessage: (_message, session) => work(name, session),
  });
  door.on('connection', (socket: Socket) => server.attach(socket));
  const { port } = await server.listen({ port: 0, host: HOST }); // the system chooses once, for all workers
  process.send?.(port);
  await once(process, 'message');
  door.close();
  await server.close();
  process.disconnect();
}

/** Takes longer than the connection lasts. */
async function work(name: string, session: Session): Promise<string> {
  process.send?.('working');
  await session.next('disconnect');
  return `done by ${name}`;
}

/** Asks for something, and loses the connection before the answer comes. Returns the own port of the worker that it met last. */
async function visit(where: string, port: number): Promise<number> {
  await using proxy = await startFaultProxy({ target: { host: HOST, port } });
  await using client = connect({ ...proxy.address, reconnect: { base: '100ms', cap: '100ms' } });
  const worker = (): Readonly<Record<string, unknown>> => client.peer?.metadata ?? {};
  client.on('connect', ({ resumed }) => {
    const session = resumed ? 'its session goes on' : 'a new session';
    console.log(`at the port of ${where}: connected to ${worker()['name']}, ${session}`);
  });
  await client.ready();
  const working = once(cluster, 'message');
  const answer = client.send('work').catch(({ code }: SystoleError) => `${code}, handled or not, nobody here knows`);
  await working;
  console.log(`the connection breaks while ${worker()['name']} works`);
  proxy.reset();
  console.log(`its answer: ${await answer}`);
  return worker()['ownPort'] as number;
}

async function conduct(): Promise<void> {
  const workers = Array.from({ length: WORKERS }, () => cluster.fork());
  const told = await Promise.all(workers.map((worker) => once(worker, 'message') as Promise<[number]>));
  const [port = 0] = told.flat();
  console.log(`${WORKERS} workers listen at one port`);
  const ownPort = await visit('all', port);
  await visit('its own', ownPort);
  await Promise.all(workers.map(dismiss));
}

async function dismiss(worker: Worker): Promise<void> {
  const gone = once(worker, 'exit');
  worker.send('close');
  await gone;
}

await (cluster.worker === undefined ? conduct() : serve(`worker ${cluster.worker.id}`));
