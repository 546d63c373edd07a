// A server and a client in one process: connect, send, goodbye.
//
// Run:     npm run build && node examples/dist/server-and-client.js
// You see:
//
//   client: connected, a dead server is found within 7000 ms
//   client: the server answered { heard: { temperature: 21 } }
//   server: the client is gone: closed-by-peer

import { connect } from '@systole/client';
import { createServer } from '@systole/server';

const server = createServer({
  keepalive: { idle: '20s', interval: '5s', probes: 3 },
  onMessage: (message) => ({ heard: message }),
});
server.on('session', (session) => {
  session.on('suspect', ({ silenceMs }) => console.log(`server: nothing came for ${silenceMs} ms`));
  session.on('disconnect', ({ cause }) => console.log(`server: the client is gone: ${cause}`));
});
const { port } = await server.listen({ port: 0, host: '127.0.0.1' });

const client = connect({ host: '127.0.0.1', port, keepalive: 'lan' });
client.on('connect', ({ boundMs }) => console.log(`client: connected, a dead server is found within ${boundMs} ms`));
client.on('reconnecting', ({ cause, delayMs }) => console.log(`client: ${cause}, next try in ${delayMs} ms`));
await client.ready();
console.log('client: the server answered', await client.send({ temperature: 21 }));
await client.close();
await server.close();
