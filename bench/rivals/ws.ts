/** `ws` with the heartbeat of its README: one timer that walks over all clients. Without compression and its optional native addon. */

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import type { ClientLine, Rival } from './rival.ts';
import { LOOPBACK } from './rival.ts';

interface Beating extends WebSocket {
  isAlive?: boolean;
}

export const ws: Rival = {
  async listen({ heartbeatMs, port = 0 }, accept) {
    const server = new WebSocketServer({ host: LOOPBACK, port, backlog: 1_024, perMessageDeflate: false });
    server.on('connection', (socket: Beating) => {
      socket.on('error', ignore);
      if (heartbeatMs !== undefined) {
        socket.isAlive = true;
        socket.on('pong', heartbeat);
      }
      const receive = accept({ send: (message) => socket.send(message) });
      socket.on('message', (message: Buffer) => receive(message));
    });
    if (heartbeatMs !== undefined) setInterval(() => pingAll(server.clients), heartbeatMs);
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
    socket.on('error', ignore);
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

function pingAll(sockets: ReadonlySet<Beating>): void {
  for (const socket of sockets) {
    if (socket.isAlive === false) {
      socket.terminate();
    } else {
      socket.isAlive = false;
      socket.ping();
    }
  }
}

function heartbeat(this: Beating): void {
  this.isAlive = true;
}

function ignore(): void {}
