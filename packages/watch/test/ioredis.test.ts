// What the ready-made watch asks of an ioredis client, by a client that is none. Against a server: test/integration/watch-ioredis.test.ts.

import { EventEmitter, once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';
import { watch } from '@systole/watch';
import type { IoredisClient } from '@systole/watch/ioredis';
import { watchIoredis } from '@systole/watch/ioredis';
import { expect, it, onTestFinished } from 'vitest';

/** A connected socket. */
async function dial(): Promise<Socket> {
  const server = createServer((socket) => onTestFinished(() => void socket.destroy())).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}

class FakeClient extends EventEmitter implements IoredisClient {
  status = 'ready';
  stream: Socket;

  constructor(stream: Socket) {
    super();
    this.stream = stream;
  }

  async ping(): Promise<string> {
    return 'PONG';
  }

  async client(): Promise<null> {
    return null;
  }
}

it('is refused where the stream of its client is watched already, and leaves 0 listeners at either', async () => {
  const stream = await dial();
  const other = watch(stream);
  const before = stream.eventNames();
  const client = new FakeClient(stream);
  expect(() => watchIoredis(client)).toThrow('stream must be watched once');
  expect(client.listenerCount('connect')).toBe(0);
  expect(stream.eventNames()).toEqual(before);
  other.stop();
  expect(watchIoredis(client).inspect()).toMatchObject({ state: 'watching', epoch: 1 });
});

it('takes no stream twice, and none that is gone by the time the client says connect: epoch 1, then 2', async () => {
  const client = new FakeClient(await dial());
  const watching = watchIoredis(client);
  onTestFinished(() => watching.stop());
  client.emit('connect');
  expect(watching.inspect().epoch).toBe(1);
  const gone = await dial();
  gone.destroy();
  client.stream = gone;
  client.emit('connect');
  expect(watching.inspect().epoch).toBe(1);
  client.stream = await dial();
  client.emit('connect');
  expect(watching.inspect().epoch).toBe(2);
});
