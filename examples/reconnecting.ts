// A server goes away, and the client comes back: to the other of two addresses, and, where neither answers, again and
// again, after delays that are drawn anew each time below a ceiling. The ceiling is 200 ms at first and doubles up to
// 400 ms; a fleet of clients is spread by it. An AbortSignal is heard at once, also during such a wait.
//
// Run:     npm run build && node examples/dist/reconnecting.js
// You see:
//
//   connected to east, epoch 1
//   east goes away
//   reconnecting because of going-away: attempt 1 in … ms
//   connected to west, epoch 2
//   west goes away
//   reconnecting because of going-away: attempt 2 in … ms
//   reconnecting because of refused: attempt 3 in … ms
//   east is back
//   connected to east, epoch 3
//   east goes away
//   reconnecting because of going-away: attempt 4 in … ms
//   end: closed-locally, … ms after the signal

import { performance } from 'node:perf_hooks';
import { connect } from '@systole/client';
import type { Server } from '@systole/server';
import { createServer } from '@systole/server';

const HOST = '127.0.0.1';

/** A server that is known by its name. */
async function open(name: string, wantedPort = 0): Promise<[Server, number]> {
  const server = createServer({ metadata: { name } });
  const { port } = await server.listen({ host: HOST, port: wantedPort });
  return [server, port];
}

async function close(name: string, server: Server): Promise<void> {
  console.log(`${name} goes away`);
  await server.close();
}

const [east, eastPort] = await open('east');
const [west, westPort] = await open('west');

const abort = new AbortController();
const client = connect({
  addresses: [
    { host: HOST, port: eastPort },
    { host: HOST, port: westPort },
  ],
  reconnect: { base: '200ms', cap: '400ms' },
  signal: abort.signal,
});
client.on('connect', ({ epoch }) => console.log(`connected to ${client.peer?.metadata['name']}, epoch ${epoch}`));
client.on('reconnecting', ({ attempt, delayMs, cause }) => {
  console.log(`reconnecting because of ${cause}: attempt ${attempt} in ${Math.round(delayMs)} ms`);
});
await client.ready();

const inTheWest = client.next('connect');
await close('east', east);
await inTheWest;

const refusals = client.events(['reconnecting']);
await close('west', west);
for await (const { payload } of refusals) if (payload.cause === 'refused') break;

console.log('east is back');
const inTheEast = client.next('connect');
const [eastAgain] = await open('east', eastPort);
await inTheEast;

const waiting = client.next('reconnecting');
await close('east', eastAgain);
await waiting;

const ended = client.next('end');
const abortedAt = performance.now();
abort.abort();
const { cause } = await ended;
console.log(`end: ${cause}, ${(performance.now() - abortedAt).toFixed(1)} ms after the signal`);
