/** Program: a WebSocket server of `ws` that says where it listens, and answers every message with the message, or with a large one, slowly. */

import { once } from 'node:events';
import { createServer as createPlainServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import { certificate } from './certificates.ts';
import { programConfig, say } from './program.ts';

/** What it is started with. */
export interface ChildWsConfig {
  /** With a certificate that the tests' authority has signed, and with permessage-deflate. */
  readonly tls: boolean;
}

/** What it says. */
export type FromChildWs = { readonly type: 'listening'; readonly port: number };

/** Asked for with this message. */
export const LARGE = 'large';
/** Within what a client of `ws` takes by default. It is sent in 50 parts, which takes {@link LARGE_MS} at least. */
export const LARGE_BYTES = 100_000_000;
export const LARGE_MS = 1_000;
const PARTS = 50;

const { tls } = programConfig<ChildWsConfig>();

const http = tls ? createTlsServer(certificate('server')) : createPlainServer();
const wss = new WebSocketServer({ server: http, perMessageDeflate: tls });
wss.on('connection', (ws) => {
  ws.on('error', () => {});
  ws.on('message', async (message: Buffer, isBinary) => {
    if (message.toString() === LARGE) return sendLarge(ws);
    ws.send(message, { binary: isBinary });
  });
});

async function sendLarge(ws: WebSocket): Promise<void> {
  const part = Buffer.alloc(LARGE_BYTES / PARTS);
  for (let sent = 1; sent <= PARTS && ws.readyState === ws.OPEN; sent += 1) {
    await pause(LARGE_MS / PARTS);
    ws.send(part, { binary: true, fin: sent === PARTS });
  }
}

http.listen(0, '127.0.0.1');
await once(http, 'listening');
say<FromChildWs>({ type: 'listening', port: (http.address() as AddressInfo).port });
