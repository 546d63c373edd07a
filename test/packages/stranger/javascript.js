// A stranger's program in JavaScript: a server, a client that dials, one on a socket that was dialled before, and a watch on a
// stream of somebody else's.

import { once } from 'node:events';
import { connect as dial } from 'node:net';
import { Duplex } from 'node:stream';
import { attach, connect } from '@systole/client';
import { createServer } from '@systole/server';
import { watchDevice } from '@systole/watch/device';

const server = createServer({ onMessage: (message) => ({ heard: message }) });
const address = await server.listen({ host: '127.0.0.1', port: 0 });

const client = connect(address);
console.log(JSON.stringify(await client.send('from one that dials')));
await client.close();

const socket = dial(address.port, address.host);
await once(socket, 'connect');
const attached = attach(socket);
console.log(JSON.stringify(await attached.send('from one on a socket')));
await attached.close();

const device = new Duplex({ read() {}, write: (_chunk, _encoding, taken) => taken() });
const watching = watchDevice(device, { ping: '?', keepalive: { idle: 100, interval: 100, probes: 2 } });
console.log((await watching.next('dead')).cause);

await server.close();
