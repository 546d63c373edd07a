// One port for HTTP and Systole: a server of node:http answers requests, and hands a socket that asks for an upgrade to
// the server of Systole, with the bytes that were read behind the request. The client does the same at its end.
//
// Run:     npm run build && node examples/dist/attach.js
// You see:
//
//   GET /: 200 Hello from HTTP
//   the upgraded socket: the server answered { heard: { temperature: 21 } }
//   an upgrade to something else: 400

import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createServer as createHttpServer, get } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { attach } from '@systole/client';
import { createServer } from '@systole/server';

const server = createServer({ keepalive: 'lan', onMessage: (message) => ({ heard: message }) });
const http = createHttpServer((_request, response) => response.end('Hello from HTTP'));
// The types of Node say only that it is a stream; from a server of node:http it is a socket.
http.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
  if (request.headers.upgrade !== 'systole') {
    socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    return;
  }
  socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: systole\r\n\r\n');
  server.attach(socket, { head });
});
await once(http.listen(0, '127.0.0.1'), 'listening');
const { port } = http.address() as AddressInfo;

/** Asks for an upgrade. */
function upgradeTo(protocol: string) {
  return get({ host: '127.0.0.1', port, headers: { Connection: 'Upgrade', Upgrade: protocol } });
}

const page = await fetch(`http://127.0.0.1:${port}/`);
console.log(`GET /: ${page.status} ${await page.text()}`);

const [, socket, head] = (await once(upgradeTo('systole'), 'upgrade')) as [IncomingMessage, Socket, Buffer];
const client = attach(socket, { head, keepalive: 'lan' });
await client.ready();
console.log('the upgraded socket: the server answered', await client.send({ temperature: 21 }));
await client.close();

const [refusal] = (await once(upgradeTo('something-else'), 'response')) as [IncomingMessage];
console.log(`an upgrade to something else: ${refusal.resume().statusCode}`);

await server.close();
await once(http.close(), 'close');
