/** Program: an HTTP/2 server that says where it listens, and answers with a few bytes, with many, or not as it should. */

import { once } from 'node:events';
import type { ServerHttp2Stream } from 'node:http2';
import { constants, createSecureServer, createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { certificate } from './certificates.ts';
import { programConfig, say } from './program.ts';

/** What it is started with. */
export interface ChildHttp2Config {
  /** With a certificate that the tests' authority has signed. */
  readonly tls: boolean;
}

/** What it says. */
export type FromChildHttp2 = { readonly type: 'listening'; readonly port: number };

/**
 * What can be asked for: many bytes; an answer that begins and does not end; one that ends when the request does; a GOAWAY as
 * gRPC servers send it; few bytes.
 */
export type Path = '/large' | '/begun' | '/take' | '/calm' | '/small';

/** Of `/large`, in 50 parts, which take {@link LARGE_MS} at least. */
export const LARGE_BYTES = 100_000_000;
export const LARGE_MS = 1_000;
const PARTS = 50;

const { tls } = programConfig<ChildHttp2Config>();

const server = tls ? createSecureServer(certificate('server')) : createServer();
server.on('session', (session) => session.on('error', () => {}));
server.on('stream', (stream, headers) => {
  stream.on('error', () => {});
  void answer(stream, headers[':path'] as Path);
});

async function answer(stream: ServerHttp2Stream, path: Path): Promise<void> {
  stream.respond({ ':status': 200 });
  switch (path) {
    case '/large':
      return sendLarge(stream);
    case '/begun':
      stream.write('begun');
      return;
    case '/take':
      stream.resume().on('end', () => stream.end());
      return;
    case '/calm':
      stream.session?.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM, 0, Buffer.from('too_many_pings'));
      return;
    case '/small':
      stream.end('small');
  }
}

async function sendLarge(stream: ServerHttp2Stream): Promise<void> {
  const part = Buffer.alloc(LARGE_BYTES / PARTS);
  for (let sent = 0; sent < PARTS && !stream.destroyed; sent += 1) {
    await pause(LARGE_MS / PARTS);
    await new Promise((resolve) => stream.write(part, resolve));
  }
  stream.end();
}

server.listen(0, '127.0.0.1');
await once(server, 'listening');
say<FromChildHttp2>({ type: 'listening', port: (server.address() as AddressInfo).port });
