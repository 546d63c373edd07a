// A stranger's program in JavaScript: a server, a client that dials, and one on a socket that was dialled before.

import { once } from 'node:events';
import { connect as dial } from 'node:net';
import { attach, connect } from '@systole/client';
import { createServer } from '@systole/server';

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

await server.close();
