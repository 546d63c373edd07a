import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo, Server as NetServer, Socket } from 'node:net';
import { connect as connectSocket, createServer as createNetServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Server } from '@systole/server';
import { createServer } from '@systole/server';
import { describe, expect, it, onTestFinished } from 'vitest';
import { authority } from '../support/certificates.ts';
import { countHandles } from '../support/handles.ts';
import { nextSession, payloadOf } from '../support/pair.ts';
import { bytesOf, dataFrame, helloFrame, PREAMBLE, RawPeer } from '../support/raw-peer.ts';
import { connectTlsPeer, MUTUAL_TLS, tlsOptions } from '../support/tls.ts';

const HELLO = Buffer.concat([PREAMBLE, bytesOf(helloFrame())]);

/** A server that does not listen. */
function idleServer(...[options]: Parameters<typeof createServer>): Server {
  const server = createServer({ keepalive: false, ...options });
  onTestFinished(async () => {
    for (const session of server.sessions) session.destroy();
    await server.close();
  });
  return server;
}

/** Where somebody else listens. */
async function listen(net: NetServer): Promise<{ readonly port: number; readonly host: string }> {
  onTestFinished(() => void net.close());
  net.listen(0, '127.0.0.1');
  await once(net, 'listening');
  return { port: (net.address() as AddressInfo).port, host: '127.0.0.1' };
}

/** The socket that somebody else has accepted, and its peer. */
async function acceptOne(): Promise<{ readonly socket: Socket; readonly peer: RawPeer }> {
  const net = createNetServer();
  const address = await listen(net);
  const accepted = once(net, 'connection');
  const peer = await RawPeer.connect(address);
  const [socket] = (await accepted) as [Socket];
  return { socket, peer };
}

describe('server.attach', () => {
  it('carries a session on a socket that somebody else has accepted, while the server itself is idle', async () => {
    const server = idleServer({ onMessage: (message) => message });
    const { socket, peer } = await acceptOne();
    const arrival = nextSession(server);
    server.attach(socket);
    expect(server.inspect()).toMatchObject({ state: 'idle', address: undefined, arrivals: 1 });
    peer.write(HELLO);
    const { session, tape } = await arrival;
    await peer.next('welcome');
    peer.send(dataFrame(1, 'hello'));
    expect(await peer.next('result')).toMatchObject({ ok: true });
    const closed = session.close();
    peer.send({ ...(await peer.next('close')), lastAccepted: 0, reason: '' });
    await closed;
    expect(await peer.closed()).toEqual(['end', 'close']);
    expect(payloadOf(tape, 'end').cause).toBe('closed-locally');
    expect(server.inspect()).toMatchObject({ sessions: 0, arrivals: 0, accepted: 1, rejected: 0 });
  });

  it('takes over where an HTTP upgrade has ended, with the bytes behind it as head', async () => {
    const server = idleServer();
    const http = createHttpServer();
    http.on('upgrade', (_request, socket, head) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: systole\r\n\r\n');
      server.attach(socket as Socket, { head });
    });
    const { port, host } = await listen(http);
    const arrival = server.next('session');
    // Request and HELLO in one segment, so that Node's parser reads too far.
    const socket = connectSocket({ port, host });
    onTestFinished(() => void socket.destroy());
    const upgrade = 'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: systole\r\n\r\n';
    socket.write(Buffer.concat([Buffer.from(upgrade), HELLO]));
    const session = await arrival;
    expect(session.peer?.boot).toBe('raw');
    expect(session.inspect().bytesIn).toBe(HELLO.length);
  });

  it.each([1, 5, 6, HELLO.length - 1, HELLO.length])(
    'takes the first %i bytes of HELLO from head, and the rest from the socket',
    async (length) => {
      const server = idleServer();
      const { socket, peer } = await acceptOne();
      const arrival = server.next('session');
      server.attach(socket, { head: HELLO.subarray(0, length) });
      peer.write(HELLO.subarray(length));
      expect((await arrival).inspect().bytesIn).toBe(HELLO.length);
      await peer.next('welcome');
    },
  );

  it('takes head whole where 1 listener of the user goes on to hear what comes', async () => {
    const server = idleServer();
    const { socket, peer } = await acceptOne();
    const arrival = server.next('session');
    socket.on('data', (chunk) => {
      if (server.inspect().arrivals + server.inspect().accepted === 0) server.attach(socket, { head: chunk });
    });
    peer.write(HELLO);
    expect((await arrival).inspect().bytesIn).toBe(HELLO.length);
    await peer.next('welcome');
  });

  it('takes a socket once: the 2nd attach throws ERR_SOCKET, and the session of the 1st goes on', async () => {
    const server = idleServer();
    const { socket, peer } = await acceptOne();
    const arrival = nextSession(server);
    server.attach(socket);
    const taken = expect.objectContaining({ code: 'ERR_SOCKET', message: expect.stringContaining('attached already') });
    expect(() => server.attach(socket)).toThrow(taken);
    peer.write(HELLO);
    const { session } = await arrival;
    expect(() => server.attach(socket)).toThrow(taken);
    const gone = session.next('end');
    peer.socket.destroy();
    await gone;
  });

  it('takes a TLS socket that a tls.Server of the user has accepted, and shows its certificate', async () => {
    const names: unknown[] = [];
    const server = idleServer({ authenticate: ({ certificate }) => void names.push(certificate?.subject.CN) });
    const tls = createTlsServer({ ...MUTUAL_TLS, ca: authority() }, (socket) => server.attach(socket));
    const address = await listen(tls);
    const peer = await connectTlsPeer(tlsOptions(address, 'client'));
    const arrival = nextSession(server);
    peer.write(HELLO);
    const { session } = await arrival;
    await peer.next('welcome');
    expect(names).toEqual(['sensor 7']);
    const closed = session.close();
    peer.send({ ...(await peer.next('close')), reason: '' });
    await closed;
    expect(await peer.closed()).toEqual(['end', 'close']);
  });

  it('throws ERR_SOCKET for a socket that cannot carry a session, and leaves it as it was', async () => {
    const server = idleServer();
    const { socket } = await acceptOne();
    socket.destroy();
    expect(() => server.attach(socket)).toThrow(expect.objectContaining({ code: 'ERR_SOCKET', fault: 'caller' }));
    expect(() => server.attach({} as Socket)).toThrow(expect.objectContaining({ code: 'ERR_SOCKET' }));
    expect(server.inspect()).toMatchObject({ arrivals: 0, rejected: 0 });
  });

  it('throws ERR_OPTIONS for a head that is no bytes, and ERR_CLOSED after close()', async () => {
    const server = idleServer();
    const { socket } = await acceptOne();
    expect(() => server.attach(socket, { head: 'GET' as never })).toThrow(
      expect.objectContaining({ code: 'ERR_OPTIONS', problems: [expect.objectContaining({ path: 'head' })] }),
    );
    await server.close();
    expect(() => server.attach(socket)).toThrow(expect.objectContaining({ code: 'ERR_CLOSED' }));
    expect(socket.destroyed).toBe(false);
    socket.destroy();
  });

  it('counts: the socket beyond maxHandshakes is destroyed', async () => {
    const server = idleServer({ maxHandshakes: 1 });
    const [first, second] = [await acceptOne(), await acceptOne()];
    server.attach(first.socket);
    const rejected = server.next('rejected');
    server.attach(second.socket);
    expect(await rejected).toMatchObject({ cause: 'rejected', evidence: { code: 'maxHandshakes' } });
    await second.peer.closed();
    expect(server.inspect()).toMatchObject({ arrivals: 1, rejected: 1 });
  });

  it('gives its sockets up with the server: they get its goodbye, and no handle is left', async () => {
    const before = await countHandles('TCPSocketWrap');
    const server = idleServer();
    const [first, second] = [await acceptOne(), await acceptOne()];
    server.attach(first.socket);
    server.attach(second.socket);
    first.peer.write(HELLO);
    await first.peer.next('welcome');
    const closed = server.close();
    const goodbye = await first.peer.next('close');
    expect(goodbye).toMatchObject({ code: 'going-away', scope: 'connection' });
    first.peer.send({ ...goodbye, reason: '' });
    await Promise.all([closed, first.peer.closed(), second.peer.closed()]);
    expect(second.peer.received.length).toBe(0);
    expect(server.inspect()).toMatchObject({ state: 'closed', sessions: 0, arrivals: 0 });
    expect(await countHandles('TCPSocketWrap')).toBe(before);
  });
});
