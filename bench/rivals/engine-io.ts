/** `engine.io`, which is what socket.io stands on, over WebSocket alone. */

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Socket } from 'engine.io';
import { attach } from 'engine.io';
import { Socket as ClientSocket } from 'engine.io-client';
import type { ClientLine, Rival } from './rival.ts';
import { boundOf, LOOPBACK } from './rival.ts';

/** It always watches, and so do its clients: this is as good as never. */
const NEVER_MS = 86_400_000;

export const engineIo: Rival = {
  async listen({ heartbeatMs = NEVER_MS, port = 0 }, accept) {
    const http = createServer();
    const server = attach(http, {
      transports: ['websocket'],
      pingInterval: heartbeatMs,
      pingTimeout: boundOf(heartbeatMs) - heartbeatMs,
      perMessageDeflate: false,
    });
    server.on('connection', (socket: Socket) => {
      const receive = accept({ send: (message) => void socket.send(message as Buffer) });
      socket.on('message', (message: Buffer) => receive(message));
    });
    http.listen({ host: LOOPBACK, port, backlog: 1_024 });
    await once(http, 'listening');
    return (http.address() as AddressInfo).port;
  },

  async connect(port, receive): Promise<ClientLine> {
    const socket = new ClientSocket(`ws://${LOOPBACK}:${port}`, { transports: ['websocket'] });
    let beats = 0;
    socket.binaryType = 'nodebuffer';
    socket.on('message', (message) => receive(message as Uint8Array));
    socket.on('ping', () => {
      beats += 1; // it answers by itself
    });
    socket.on('handshake', (terms) => {
      terms.pingTimeout = NEVER_MS;
    });
    await new Promise<void>((resolve, reject) => {
      socket.on('open', resolve);
      socket.on('error', (error) => reject(error as Error));
    });
    return {
      send: (message) => void socket.send(message),
      get beats() {
        return beats;
      },
      get isOpen() {
        return socket.readyState === 'open';
      },
    };
  },
};
