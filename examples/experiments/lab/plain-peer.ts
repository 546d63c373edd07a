/** Program: a plain server that reads whatever comes. Told `polite`, it closes in good order on SIGTERM; told `stubborn`, it ignores that. */

import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:net';
import process from 'node:process';
import { endWithParent } from '../../support/program.ts';

endWithParent();

const sockets = new Set<Socket>();
const server = createServer((socket) => {
  sockets.add(socket);
  socket.on('error', () => {}).resume();
});
process.on('SIGTERM', () => {
  if (process.argv[2] !== 'polite') return;
  server.close(() => process.exit());
  for (const socket of sockets) socket.end();
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
process.send?.((server.address() as AddressInfo).port);
