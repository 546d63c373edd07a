/** `ws` with the heartbeat of its README: one timer that walks over all clients. Without compression and its optional native addon. */

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import type { ClientLine, Rival } from './rival.ts';
import { LOOPBACK } from './rival.ts';

export const ws: Rival = {
  async listen({ heartbeatMs, port = 0 }, accept) {
    const server = new WebSocketServer({ host: LOOPBACK, port, backlog: 1_024, perMessageDeflate: false });
    const alive = new WeakSet<WebSocket>();
    server.on('connection', (socket) => {
      socket.on('error', () => {});
      if (heartbeatMs !== undefined) {
        alive.add(socket);
        socket.on('pong', () => alive.add(socket));
      }
      const receive = accept({ send: (message) => socket.send(message) });
      socket.on('message', (message: Buffer) => receive(message));
    });
    if (heartbeatMs !== undefined) {
      setInterval(() => {
        for (const socket of server.clients) {
          if (!alive.delete(socket)) socket.terminate();
          else socket.ping();
        }
      }, heartbeatMs);
    }
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  },

  async connect(port, receive): Promise<ClientLine> {
    const socket = new WebSocket(`ws://${LOOPBACK}:${port}`, { perMessageDeflate: false });
    let beats = 0;
    socket.on('message', (message: Buffer) => receive(message));
    socket.on('ping', () => {
      beats += 1; // `ws` itself answers
    });
    await once(socket, 'open');
    socket.on('error', () => {});
    return {
      send: (message) => socket.send(message),
      get beats() {
        return beats;
      },
      get isOpen() {
        return socket.readyState === WebSocket.OPEN;
      },
    };
  },
};
