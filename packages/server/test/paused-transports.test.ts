// L5: a connection that does not read leaves what comes in the kernel, whatever lies between its socket and its frames.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { setImmediate as nextCheck } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import type { Transport, TransportListener } from '@systole/core';
import { expect, it, onTestFinished } from 'vitest';
import { ProxiedTransport } from '../src/proxied-transport.ts';
import { TlsStage } from '../src/tls-stage.ts';

const CONFIG = { noDelay: true, kernelKeepalive: false };
const HEADER = 'PROXY TCP4 192.0.2.7 192.0.2.1 51234 443\r\n';
const MIB = 2 ** 20;

const read = (name: string): string =>
  readFileSync(new URL(`../../../test/support/certificates/${name}`, import.meta.url), 'utf8');

const makeStage = (): TlsStage => new TlsStage({ cert: read('server.crt'), key: read('server.key') });

/** How the near end reads, and what the far end does before it speaks. */
interface Layers {
  readonly make: (socket: Socket) => Transport & { attach(listener: TransportListener): void };
  readonly begin: (socket: Socket) => Socket;
}

function secure(socket: Socket): Socket {
  return connectTls({ socket, ca: read('ca.crt'), servername: 'localhost' });
}

function behindHeader(tls: TlsStage | undefined): Layers['make'] {
  return (socket) => new ProxiedTransport(socket, CONFIG, tls, { handleHeader: () => {}, handleBadHeader: () => {} });
}

it.each<[string, Layers]>([
  ['TLS', { make: (socket) => makeStage().secure(socket, CONFIG), begin: secure }],
  [
    "a balancer's header",
    {
      make: behindHeader(undefined),
      begin: (socket) => {
        socket.write(HEADER);
        return socket;
      },
    },
  ],
  [
    "TLS behind a balancer's header",
    {
      make: behindHeader(makeStage()),
      begin: (socket) => {
        socket.write(HEADER);
        return secure(socket);
      },
    },
  ],
])(
  'behind %s: less than 1 MiB of 16 is read while it is paused, and all of it later',
  async (_what, { make, begin }) => {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const dialled = connect((server.address() as { port: number }).port, '127.0.0.1');
    onTestFinished(() => void dialled.destroy());
    const [near] = (await once(server, 'connection')) as [Socket];
    onTestFinished(() => void near.destroy());
    let bytes = 0;
    let handle = (): void => {};
    const transport = make(near);
    transport.attach({
      handleBytes: (chunk) => {
        bytes += chunk.length;
        handle();
      },
      handleEnd: () => {},
      handleDrained: () => {},
      handleClosed: () => {},
    });
    const until = (isTrue: () => boolean): Promise<void> =>
      new Promise((resolve) => {
        handle = () => isTrue() && resolve();
        handle();
      });
    const far = begin(dialled);
    far.write('x');
    await until(() => bytes === 1);

    transport.pause();
    far.write(new Uint8Array(16 * MIB));
    for (let round = 0; round < 100; round += 1) await nextCheck();
    expect(bytes).toBe(1);
    expect(near.bytesRead).toBeLessThan(MIB);
    transport.resume();
    await until(() => bytes === 16 * MIB + 1);
  },
);
