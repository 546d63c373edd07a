// A stranger's program in TypeScript, without tsyringe: it uses every entry of every package, and what they say of their types.

import { once } from 'node:events';
import { createServer as createNetServer, connect as dial, type Socket } from 'node:net';
import { type AttachOptions, attach, type Client, type ClientOptions, connect, describe } from '@systole/client';
import { CLIENT, registerClient } from '@systole/client/di';
import { type Clock, type Codec, type Session, SystoleError } from '@systole/core';
import { CLOCK } from '@systole/core/di';
import type { SessionParts } from '@systole/core/internal'; // not for strangers, but what they import stands on it
import { systemClock } from '@systole/core/node';
import { createServer, type Server, type ServerOptions } from '@systole/server';
import { type Container, registerServer, SERVER, type Token } from '@systole/server/di';
import { ManualClock } from '@systole/testing';
import { type FaultProxy, startFaultProxy } from '@systole/testing/proxy';
import { type Framer, lengthPrefixed, type Watch, watch } from '@systole/watch';
import { watchDevice } from '@systole/watch/device';
import { watchHttp2 } from '@systole/watch/http2';
import { watchIoredis } from '@systole/watch/ioredis';
import { watchMqtt } from '@systole/watch/mqtt';
import { connectNats } from '@systole/watch/nats';
import { connectRedis } from '@systole/watch/redis';
import { watchWebSocket } from '@systole/watch/ws';

/** At instant 1, for ever. */
const standing: Clock & SessionParts['clock'] = new ManualClock(1);

const json: Codec = {
  name: 'json',
  encode: (message) => new TextEncoder().encode(JSON.stringify(message)),
  decode: (bytes) => JSON.parse(new TextDecoder().decode(bytes)) as unknown,
};
const options: Pick<ServerOptions & AttachOptions, 'keepalive' | 'codec' | 'clock'> = { keepalive: 'lan', codec: json };
const heard = (message: unknown, session: Session): object => ({ heard: message, epoch: session.epoch });

const server: Server = createServer({ ...options, clock: systemClock, onMessage: heard });
const target = await server.listen({ host: '127.0.0.1', port: 0 });
const proxy: FaultProxy = await startFaultProxy({ target });
const clientOptions: ClientOptions = { ...options, ...proxy.address };
const client: Client = connect(clientOptions);
client.on('connect', ({ boundMs }) => console.log(boundMs === describe({ keepalive: 'lan' })?.boundMs));
console.log(JSON.stringify(await client.send('through a proxy')));
await client.close();
await proxy.close();

const accepting = createNetServer((socket: Socket) => server.attach(socket)).listen(0, '127.0.0.1');
await once(accepting, 'listening');
const socket = dial(accepting.address() as { port: number });
await once(socket, 'connect');
const attached: Client = attach(socket, options);
console.log(JSON.stringify(await attached.send('on a socket')));
await attached.close();
accepting.close();
await server.close();
console.log(standing.now());
const error: unknown = await attached.send('too late').catch((reason: unknown) => reason);
console.log(error instanceof SystoleError && error.code === 'ERR_CLOSED');

/** Does not compile, as the types of the options have arrived, and are not any. */
export function misspell(): Server {
  // @ts-expect-error there is no such option
  return createServer({ keepAlive: 'lan' });
}

/** Whoever has a container other than tsyringe's needs only these types. */
export function register(container: Container): readonly [Token<Server>, Token<Client>, Token<Clock>] {
  registerServer(container, options);
  registerClient(container, { port: 1 });
  return [SERVER, CLIENT, CLOCK];
}

const framer: Framer = lengthPrefixed({ width: 2 });
const near: Socket = dial((await listenAgain()).port);
await once(near, 'connect');
const watching: Watch = watch(near, { keepalive: 'lan', probe: () => near.write(framer.frame(new Uint8Array(1))) });
console.log(watching.inspect().allowed);
watching.stop();
near.destroy();
const ready = [watchDevice, watchHttp2, watchIoredis, watchMqtt, connectNats, connectRedis, watchWebSocket];
console.log(ready.every((one) => typeof one === 'function'));

/** A port of this process that takes one connection. */
async function listenAgain(): Promise<{ port: number }> {
  const again = createNetServer(() => again.close()).listen(0, '127.0.0.1');
  await once(again, 'listening');
  return again.address() as { port: number };
}
