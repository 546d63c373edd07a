// Several processes listen at one port, and the kernel hands each connection to one of them: no process stands in front. So
// they can be renewed one by one. The next one listens before an old one says goodbye; the goodbye spreads the clients of the
// old one, and they find the port open. Their sessions are new ones then: those of the old process ended with its goodbye.
// The kernel deals by a hash of the addresses, and also to a process that is frozen: its clients find out by their deadlines.
//
// Needs a kernel such as Linux 3.9, and Node 22.12, 23.1 or later: an older one ignores `reusePort`, and Systole says so.
//
// Run:     npm run build && node examples/dist/reuse-port.js
// You see:
//
//   2 processes at one port, 60 clients: process 1 has …, process 2 has …
//   process 3 listens as well, process 1 says goodbye
//   60 clients: process 2 has …, process 3 has …
//
// You see, where Node is older:
//
//   could not listen at 127.0.0.1:0: Node … ignores reusePort, which came with 22.12 and 23.1
//   node:cluster shares a port on every Node: examples/cluster.ts

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import type { Client } from '@systole/client';
import { connect } from '@systole/client';
import type { Server } from '@systole/server';
import { createServer } from '@systole/server';
import { endWithParent, startProgram } from './support/program.ts';

const HOST = '127.0.0.1';
const CLIENTS = 60;

/** What a process says: the port at which it listens, or why it cannot. */
type Word = number | string;

/** One of the processes. */
async function serve(name: string, wantedPort: number): Promise<void> {
  endWithParent();
  const server = createServer({ metadata: { name } });
  const word = await listen(server, wantedPort);
  process.send?.(word);
  await once(process, 'message');
  await server.close();
  process.disconnect();
}

async function listen(server: Server, wantedPort: number): Promise<Word> {
  try {
    const { port } = await server.listen({ host: HOST, port: wantedPort, reusePort: true });
    return port;
  } catch (error) {
    return (error as Error).message;
  }
}

async function start(name: string, port: number): Promise<readonly [ChildProcess, Word]> {
  const program = startProgram(new URL(import.meta.url), name, port);
  const [word] = (await once(program, 'message')) as [Word];
  return [program, word];
}

async function dismiss(program: ChildProcess): Promise<void> {
  const gone = once(program, 'exit');
  program.send('close');
  await gone;
}

function nameOfPeer({ peer }: Client): unknown {
  return peer?.metadata['name'];
}

/** How many clients each process has. */
function describeShares(clients: readonly Client[]): string {
  const names = clients.map(nameOfPeer);
  const share = (name: unknown): string => `${name} has ${names.filter((other) => other === name).length}`;
  return [...new Set(names)].sort().map(share).join(', ');
}

async function renew(first: ChildProcess, port: number): Promise<void> {
  const [second] = await start('process 2', port);
  const clients = Array.from({ length: CLIENTS }, () => connect({ host: HOST, port, reconnect: { base: '100ms' } }));
  await Promise.all(clients.map((client) => client.ready()));
  console.log(`2 processes at one port, ${CLIENTS} clients: ${describeShares(clients)}`);

  const [third] = await start('process 3', port);
  console.log('process 3 listens as well, process 1 says goodbye');
  const leaving = clients.filter((client) => nameOfPeer(client) === 'process 1');
  const back = leaving.map((client) => client.next('connect'));
  await dismiss(first);
  await Promise.all(back);
  console.log(`${CLIENTS} clients: ${describeShares(clients)}`);

  await Promise.all(clients.map((client) => client.close()));
  await Promise.all([second, third].map(dismiss));
}

async function conduct(): Promise<void> {
  const [first, word] = await start('process 1', 0);
  if (typeof word === 'number') return renew(first, word);
  console.log(word);
  console.log('node:cluster shares a port on every Node: examples/cluster.ts');
  await dismiss(first);
}

const [, , name, port] = process.argv;
await (name === undefined ? conduct() : serve(name, Number(port)));
