/** WebSockets by `ws` as it comes, without compression and without its optional native addon; the number goes back when its handler is done. */

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import type { System } from './system.ts';
import { LOOPBACK, NUMBER_BYTES, numberOf } from './system.ts';
import { Unanswered } from './unanswered.ts';

export const ws: System = {
  async listen(accept) {
    const server = new WebSocketServer({ host: LOOPBACK, port: 0, perMessageDeflate: false });
    server.on('connection', (socket) => {
      const handle = accept();
      socket.on('message', (message: Buffer) => {
        handle(message);
        socket.send(message.subarray(0, NUMBER_BYTES));
      });
    });
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  },

  async connect(port) {
    const socket = new WebSocket(`ws://${LOOPBACK}:${port}`, { perMessageDeflate: false });
    await once(socket, 'open');
    const unanswered = new Unanswered();
    socket.on('message', (answer: Buffer) => unanswered.acknowledge(numberOf(answer)));
    return {
      send(message) {
        socket.send(message);
        return unanswered.wait(numberOf(message));
      },
    };
  },
};
