// Connections to a real NATS server, watched by the PING of their client.

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo, Socket } from 'node:net';
import { connect as connectSocket, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { ConnectionOptions, NatsConnection } from '@nats-io/transport-node';
import { connect } from '@nats-io/transport-node';
import { startFaultProxy } from '@systole/testing/proxy';
import type { ReadyOptions, Watch } from '@systole/watch';
import { connectNats } from '@systole/watch/nats';
import { describe, expect, it, onTestFinished } from 'vitest';
import { missing, RealServer } from '../support/real-server.ts';
import { Tape } from '../support/tape.ts';
import { attachedTo, BOUND_MS, LATEST_MS, probesOf, QUICK, recordWatch } from '../support/watch-tape.ts';

const lacking = missing('nats');

/** Longer than any test: what happens within one is no verdict. */
const PATIENT = { idle: '1m', interval: '1m', probes: 3 } as const;

/** The largest that the server takes by default is 1 MiB. */
const MESSAGE = Buffer.alloc(1_000_000);

/** More would make the server drop who reads so slowly: by default at 64 MiB. */
const MESSAGES_UNDER_WAY = 16;

const MESSAGES = 100;

function certificateFile(name: string): string {
  return fileURLToPath(new URL(`../support/certificates/${name}`, import.meta.url));
}

/** A server that wants TLS, and what its client needs for it. */
const TLS = {
  arguments: ['--tls', '--tlscert', certificateFile('server.crt'), '--tlskey', certificateFile('server.key')],
  options: { tls: { ca: readFileSync(certificateFile('ca.crt'), 'utf8') }, reconnectJitterTLS: 0 },
} as const;

async function startNats(extra: readonly string[] = []): Promise<RealServer> {
  const server = await RealServer.start('nats', extra);
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server;
}

/** A connection to a server at this port, without a watch. */
function open(port: number, options: ConnectionOptions = {}): Promise<NatsConnection> {
  return connect({
    servers: `localhost:${port}`,
    reconnectTimeWait: 100,
    reconnectJitter: 0,
    maxReconnectAttempts: -1,
    ...options,
  });
}

async function openWatched(
  port: number,
  options: ReadyOptions = {},
  natsOptions: ConnectionOptions = {},
): Promise<[connection: NatsConnection, watch: Watch]> {
  const [connection, watch] = await connectNats(() => open(port, natsOptions), { keepalive: QUICK, ...options });
  onTestFinished(() => connection.close());
  return [connection, watch];
}

/** The sockets that whoever runs here makes from now on. */
function recordSockets(): Socket[] {
  const sockets: Socket[] = [];
  const hear = (message: unknown): void => {
    sockets.push((message as { socket: Socket }).socket);
  };
  subscribe('net.client.socket', hear);
  onTestFinished(() => void unsubscribe('net.client.socket', hear));
  return sockets;
}

/** A message to ourselves, through the server. */
async function echo(connection: NatsConnection, text: string): Promise<string | undefined> {
  const subscription = connection.subscribe('echo', { max: 1 });
  connection.publish('echo', text);
  for await (const message of subscription) return message.string();
  return undefined;
}

/** How many readers of its statuses a connection has. */
function statusReaders(connection: NatsConnection): number {
  return (connection as unknown as { protocol: { listeners: unknown[] } }).protocol.listeners.length;
}

const because = lacking === undefined ? '' : `: ${lacking}`;

describe.skipIf(lacking !== undefined)(`a watched NATS connection${because}`, () => {
  it.for([
    ['', [], {}],
    [', over TLS', TLS.arguments, TLS.options],
  ] as const)(
    'finds a server that is frozen silent within its bound of 500 ms, and comes back when it thaws%s',
    async ([, extra, natsOptions]) => {
      const server = await startNats(extra);
      const sockets = recordSockets();
      const [connection, watch] = await openWatched(server.port, {}, natsOptions);
      const tape = recordWatch(watch);
      await probesOf(watch, 2);
      server.freeze();
      const { cause, evidence } = await watch.next('dead');
      expect(cause).toBe('silent');
      expect(evidence.probesSent).toBeGreaterThanOrEqual(1); // 3, if we have never stalled ourselves (L5)
      expect(evidence.silenceMs).toBeGreaterThanOrEqual(400);
      expect(evidence.silenceMs).toBeLessThanOrEqual(LATEST_MS);
      expect(sockets.map(({ destroyed }) => destroyed)).toEqual([true]);
      expect(tape.items.slice(-3)).toEqual(['suspect', 'dead', 'disconnect']);
      const again = watch.next('connect');
      server.thaw();
      expect((await again).epoch).toBe(2);
      await probesOf(watch, 2);
      expect(await echo(connection, 'hello')).toBe('hello');
      expect(watch.inspect()).toMatchObject({ state: 'watching', belief: 'alive', probeFailures: 0 });
    },
  );

  it.for([
    ['', [], {}],
    [', over TLS', TLS.arguments, TLS.options],
  ] as const)('tells eof of a server that is killed, at once%s', async ([, extra, natsOptions]) => {
    const server = await startNats(extra);
    const [, watch] = await openWatched(server.port, { keepalive: PATIENT }, natsOptions);
    const tape = recordWatch(watch);
    const over = watch.next('disconnect');
    await server.kill();
    expect((await over).cause).toBe('eof');
    expect(tape.items).toEqual(['disconnect']);
    const again = watch.next('connect');
    await server.restart();
    expect((await again).epoch).toBe(2);
  });

  it('tells reset of a server that is killed with a PING unread', async () => {
    const server = await startNats();
    const [, watch] = await openWatched(server.port, { keepalive: { ...QUICK, probes: 20 } });
    const tape = recordWatch(watch);
    server.freeze();
    await watch.next('suspect');
    const over = watch.next('disconnect');
    await server.kill();
    const { cause, evidence } = await over;
    expect([cause, evidence.code]).toEqual(['reset', 'ECONNRESET']);
    expect(tape.items).toEqual(['suspect', 'disconnect']);
  });

  it(`judges nobody while ${MESSAGES} messages of 1 MB take longer than the window`, async () => {
    const server = await startNats();
    await using proxy = await startFaultProxy({ target: server.port });
    proxy.set({ latency: 20, bytesPerSecond: 40_000_000 }, 'toClient');
    const [connection, watch] = await openWatched((proxy.address as { port: number }).port);
    const tape = recordWatch(watch);
    const received = new Tape<number>();
    connection.subscribe('large', { callback: (_error, message) => received.push(message.data.length) });
    await connection.flush();
    const publisher = await open(server.port);
    onTestFinished(() => publisher.close());
    const beganAt = performance.now();
    for (let sent = 1; sent <= MESSAGES; sent += 1) {
      publisher.publish('large', MESSAGE);
      await publisher.flush();
      await received.count(Math.max(0, sent - MESSAGES_UNDER_WAY));
    }
    await received.count(MESSAGES);
    expect(performance.now() - beganAt).toBeGreaterThan(2 * BOUND_MS);
    expect(received.items.every((length) => length === MESSAGE.length)).toBe(true);
    expect(tape.items).not.toContain('dead');
  });

  it.for([
    ['', { strict: false }],
    [', where only answers count', { strict: true }],
  ] as const)(
    'measures the round trip of an idle connection over 10 probes, works on, and judges a server that freezes then%s',
    async ([, options]) => {
      const server = await startNats();
      const [connection, watch] = await openWatched(server.port, options);
      const tape = recordWatch(watch);
      await probesOf(watch, 10);
      expect(tape.items).not.toContain('dead');
      expect(watch.inspect().rtt?.smoothedMs).toBeLessThan(BOUND_MS);
      expect(watch.inspect().probeFailures).toBe(0);
      expect(await echo(connection, 'still here')).toBe('still here');
      expect(watch.inspect().epoch).toBe(1);
      server.freeze();
      expect((await watch.next('dead')).cause).toBe('silent');
    },
  );

  it('is left as an unwatched one by stop(), and works on', async () => {
    const server = await startNats();
    const sockets = recordSockets();
    const unwatched = await open(server.port);
    onTestFinished(() => unwatched.close());
    const [connection, watch] = await openWatched(server.port);
    const [theirs, ours] = sockets as [Socket, Socket];
    expect(attachedTo(ours)).not.toEqual(attachedTo(theirs));
    await probesOf(watch, 2);
    watch.stop();
    expect(await echo(connection, 'still here')).toBe('still here');
    expect(attachedTo(ours)).toEqual(attachedTo(theirs));
    expect(statusReaders(connection)).toBe(statusReaders(unwatched));
    await connection.reconnect();
    for await (const { type } of connection.status()) if (type === 'reconnect') break;
    expect(await echo(connection, 'back')).toBe('back');
    expect(watch.inspect()).toMatchObject({ state: 'stopped', epoch: 1 });
  });

  it('is followed when its client reconnects by itself, past the sockets that its own listeners dial', async () => {
    const server = await startNats();
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const dialled = new Tape<Socket>();
    const openAndDial = async (): Promise<NatsConnection> => {
      const connection = await open(server.port);
      const dialAtOnce = async (): Promise<void> => {
        for await (const { type } of connection.status()) {
          if (type === 'reconnecting') dialled.push(connectSocket(port, '127.0.0.1'));
        }
      };
      void dialAtOnce();
      return connection;
    };
    const [connection, watch] = await connectNats(openAndDial, { keepalive: PATIENT });
    const over = watch.next('disconnect');
    const again = watch.next('connect');
    await connection.reconnect();
    expect((await over).cause).toBe('closed-locally');
    await again;
    const before = watch.inspect().bytesIn;
    expect(await echo(connection, 'to the server')).toBe('to the server');
    expect(watch.inspect().bytesIn).toBeGreaterThan(before);
    expect(dialled.items).toHaveLength(1);
    await connection.close();
    for (const socket of dialled.items) socket.destroy();
    other.close();
  });

  it('stops its watch when it is closed for good, after its disconnect', async () => {
    const server = await startNats();
    const [connection, watch] = await openWatched(server.port);
    const over = watch.next('disconnect');
    await connection.close();
    expect((await over).cause).toBe('closed-locally');
    expect(watch.inspect().state).toBe('stopped');
  });

  it('takes a watch of silence alone, without its PING', async () => {
    const server = await startNats();
    const [, watch] = await openWatched(server.port, { keepalive: false, idle: { reader: 100 } });
    expect(await watch.next('idle')).toMatchObject({ of: 'reader', first: true });
  });

  it('is opened without a watch where that is aborted before', async () => {
    const server = await startNats();
    const [connection, watch] = await openWatched(server.port, { signal: AbortSignal.abort() });
    expect(await echo(connection, 'unwatched')).toBe('unwatched');
    expect(watch.inspect()).toMatchObject({ state: 'stopped', epoch: 0 });
  });

  it('is refused where Node does not tell of its socket, and is closed', async () => {
    const server = await startNats();
    const connection = await open(server.port);
    await expect(connectNats(async () => connection)).rejects.toMatchObject({ code: 'ERR_SOCKET' });
    expect(connection.isClosed()).toBe(true);
  });

  it('fails as its client fails, and hears of no socket after that', async () => {
    const server = await startNats();
    await server.kill();
    const failing = connectNats(() => open(server.port, { maxReconnectAttempts: 1 }));
    await expect(failing).rejects.toThrow('connection refused');
    await expect(connectNats(() => Promise.reject(new Error('none')))).rejects.toThrow('none');
    const thrower = (): Promise<NatsConnection> => {
      throw new Error('at once');
    };
    await expect(connectNats(thrower)).rejects.toThrow('at once');
    let isCalled = false;
    const options = { keepalive: { idle: -1 } } as unknown as ReadyOptions;
    const opening = connectNats(() => {
      isCalled = true;
      return open(server.port);
    }, options);
    await expect(opening).rejects.toMatchObject({ code: 'ERR_OPTIONS' });
    expect(isCalled).toBe(false);
  });
});
