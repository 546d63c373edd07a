// The full protocol on a socket that somebody else has dialled.

import { getEventListeners, once } from 'node:events';
import { connect as connectSocket, type NetConnectOpts, type Socket } from 'node:net';
import type { AttachOptions, Client } from '@systole/client';
import { attach } from '@systole/client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { countHandles } from '../support/handles.ts';
import { endOf, FAST, freshTarget, namesOf, nextSession, record, startServer } from '../support/pair.ts';
import { bytesOf, listenRaw, PREAMBLE, welcomeFrame } from '../support/raw-peer.ts';

async function dial(address: object | undefined): Promise<Socket> {
  const socket = connectSocket(address as NetConnectOpts);
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}

function start(socket: Socket, options: AttachOptions = {}): Client {
  const client = attach(socket, { keepalive: FAST, minPingInterval: 100, ...options });
  onTestFinished(() => client.destroy());
  return client;
}

describe('attach at the client', () => {
  it('carries messages both ways on a socket of the user, and says goodbye', async () => {
    const server = await startServer({ onMessage: (message) => ({ heard: message }) });
    const arrival = nextSession(server);
    const socket = await dial(server.address);
    const client = start(socket, { onMessage: () => 'hello to you', metadata: { name: 'attached' } });
    const tape = record(client);
    await client.ready();
    const { session, tape: serverTape } = await arrival;
    expect(session.peer?.metadata).toEqual({ name: 'attached' });
    expect(client.address).toBe(`127.0.0.1:${(server.address as { port: number }).port}`);
    expect(await client.send(1)).toEqual({ heard: 1 });
    expect(await session.send(2)).toBe('hello to you');
    await client.close();
    expect(await endOf(serverTape)).toMatchObject({ cause: 'closed-by-peer' });
    expect(namesOf(tape)).toEqual(['connect', 'disconnect', 'end']);
    expect(socket.destroyed).toBe(true);
  });

  it('has the address unix on a Unix socket, and 1 message is handled over it', async () => {
    const server = await startServer({ onMessage: (message) => message }, await freshTarget('unix'));
    const client = start(await dial(server.address));
    await client.ready();
    expect(client.address).toBe('unix');
    expect(await client.send(1)).toBe(1);
  });

  it('makes its socket half-open, as the goodbye needs 2 FINs with time between them', async () => {
    const { peers, address } = await listenRaw();
    const socket = await dial(address);
    expect(socket.allowHalfOpen).toBe(false);
    const client = start(socket);
    (await peers.first()).write(PREAMBLE, bytesOf(welcomeFrame()));
    await client.ready();
    expect(socket.allowHalfOpen).toBe(true);
  });

  it('finds a frozen server within the bound of 500 ms, and does not come back', async () => {
    const { peers, address } = await listenRaw();
    const client = start(await dial(address));
    const tape = record(client);
    (await peers.first()).write(PREAMBLE, bytesOf(welcomeFrame()));
    expect(await endOf(tape)).toMatchObject({ cause: 'silent' });
    expect(namesOf(tape)).toEqual(['connect', 'suspect', 'dead', 'disconnect', 'end']);
  });

  it('takes the 5 bytes of the preamble that were read before as head', async () => {
    const { peers, address } = await listenRaw();
    const socket = await dial(address);
    const client = start(socket, { head: PREAMBLE });
    (await peers.first()).write(bytesOf(welcomeFrame()));
    await client.ready();
  });

  it('tells the end that is in head only when its caller can listen, and lets its signal go', async () => {
    const { address } = await listenRaw();
    const { signal } = new AbortController();
    const client = start(await dial(address), { head: Buffer.from('HTTP/1.1 400 Bad Request\r\n'), signal });
    expect(await endOf(record(client))).toMatchObject({ cause: 'not-our-protocol' });
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('ends with handshake-timeout where nobody answers', async () => {
    const { address } = await listenRaw();
    const client = start(await dial(address), { handshakeTimeout: 50 });
    const ready = client.ready();
    expect(await endOf(record(client))).toMatchObject({ cause: 'handshake-timeout' });
    await expect(ready).rejects.toMatchObject({
      code: 'ERR_CONNECT',
      message:
        'could not connect: handshake-timeout (the peer has not answered: its process may hang, or speak another protocol)',
    });
  });

  it('tells a socket that its peer has reset meanwhile as an end', async () => {
    const { peers, address } = await listenRaw();
    const socket = await dial(address);
    const client = start(socket);
    (await peers.first()).socket.resetAndDestroy();
    expect(await endOf(record(client))).toMatchObject({ cause: 'reset', evidence: { code: 'ECONNRESET' } });
  });

  it('is destroyed by a signal that is aborted already, and tells end', async () => {
    const { address } = await listenRaw();
    const client = start(await dial(address), { signal: AbortSignal.abort() });
    expect(await endOf(record(client))).toMatchObject({ cause: 'closed-locally' });
  });

  it('refuses wrong options and sockets that cannot carry a session, and leaves nothing behind', async () => {
    const { address } = await listenRaw();
    const socket = await dial(address);
    const listeners = () => socket.eventNames().map((name) => [name, socket.listenerCount(name)]);
    const before = { listeners: listeners(), handles: await countHandles('TCPSocketWrap') };
    expect(() => attach(socket, { port: 1 } as object)).toThrow('port must be left out');
    expect(() => attach(socket, { reconnect: false } as object)).toThrow('reconnect must be left out');
    socket.pause();
    expect(() => attach(socket)).toThrow('socket must be flowing or untouched, got one that is paused');
    expect({ listeners: listeners(), handles: await countHandles('TCPSocketWrap') }).toEqual(before);
    expect(socket.destroyed).toBe(false);
  });
});
