/** `engine.io`, which is what socket.io stands on, over WebSocket alone. */

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Socket } from 'engine.io';
import { attach } from 'engine.io';
import { Socket as ClientSocket } from 'engine.io-client';
import type { ClientLine, Rival } from './rival.ts';
import { LOOPBACK } from './rival.ts';

/** Its default. */
const PING_TIMEOUT_MS = 20_000;

/** It always watches: this is as good as never. */
const NEVER_MS = 86_400_000;

export const engineIo: Rival = {
  async listen(heartbeatMs, accept) {
    const http = createServer();
    const server = attach(http, {
      transports: ['websocket'],
      pingInterval: heartbeatMs ?? NEVER_MS,
      pingTimeout: PING_TIMEOUT_MS,
      perMessageDeflate: false,
    });
    server.on('connection', (socket: Socket) => {
      const receive = accept({ send: (message) => void socket.send(message as Buffer) });
      socket.on('message', (message: Buffer) => receive(message));
    });
    http.listen({ host: LOOPBACK, port: 0, backlog: 1_024 });
    await once(http, 'listening');
    return (http.address() as AddressInfo).port;
  },

  async connect(port, receive): Promise<ClientLine> {
    const socket = new ClientSocket(`ws://${LOOPBACK}:${port}`, { transports: ['websocket'] });
    const line = { send: (message: Uint8Array) => void socket.send(message), beats: 0 };
    socket.binaryType = 'nodebuffer';
    socket.on('message', (message) => receive(message as Uint8Array));
    socket.on('ping', () => {
      line.beats += 1; // it answers by itself
    });
    await new Promise<void>((resolve, reject) => {
      socket.on('open', resolve);
      socket.on('error', (error) => reject(error as Error));
    });
    return line;
  },
};
