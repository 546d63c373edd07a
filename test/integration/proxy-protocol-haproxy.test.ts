// The real HAProxy in front of a server, and clients at addresses of their own in front of HAProxy.

import type { RejectedEvent, TcpAddress } from '@systole/server';
import { describe, expect, it } from 'vitest';
import { HAS_HAPROXY, startHaproxy, WHY_SKIPPED } from '../support/haproxy.ts';
import { LogTape } from '../support/log-tape.ts';
import { nextSession, startServer } from '../support/pair.ts';
import { connectFrom, HELLO, openFrom } from '../support/per-address.ts';
import { dataFrame } from '../support/raw-peer.ts';
import { Tape } from '../support/tape.ts';
import { connectTlsPeer, SERVER_TLS, tlsOptions } from '../support/tls.ts';

const TRUST = { proxyProtocol: { trust: ['127.0.0.1'] } } as const;

describe.skipIf(!HAS_HAPROXY)(`a server behind HAProxy${WHY_SKIPPED}`, () => {
  it.each(['send-proxy', 'send-proxy-v2', 'send-proxy-v2 proxy-v2-options unique-id,crc32c'])(
    'sees each client at its own address, and gives each address 2 connections: %s',
    async (words) => {
      const server = await startServer({
        ...TRUST,
        keepalive: false,
        maxConnectionsPerAddress: 2,
        onMessage: (message) => message,
      });
      const door = { address: await startHaproxy(server, words) };
      for (const from of ['127.0.0.2', '127.0.0.3', '127.0.0.2', '127.0.0.3']) {
        const arrival = nextSession(server);
        const peer = await openFrom(from, door);
        expect((await arrival).session.address).toBe(`${from}:${peer.socket.localPort}`);
        peer.send(dataFrame(1, 'through'));
        await peer.next('result');
      }
      const rejected = server.next('rejected');
      const third = await connectFrom('127.0.0.2', door);
      third.write(HELLO);
      expect(await third.next('close')).toMatchObject({ code: 'going-away' });
      expect(await rejected).toMatchObject({
        address: expect.stringMatching(/^127\.0\.0\.2:\d+$/),
        evidence: { code: 'maxConnectionsPerAddress' },
      });
      expect(server.inspect()).toMatchObject({ sessions: 4, accepted: 4, rejected: 1 });
    },
  );

  it.each(['send-proxy', 'send-proxy-v2'])('sees them behind TLS as well, which is its own: %s', async (words) => {
    const server = await startServer({ ...TRUST, keepalive: false, tls: SERVER_TLS });
    const address = await startHaproxy(server, words);
    const arrival = nextSession(server);
    const peer = await connectTlsPeer(tlsOptions({ ...address, localAddress: '127.0.0.2' } as TcpAddress));
    peer.write(HELLO);
    await peer.next('welcome');
    expect((await arrival).session.address).toBe(`127.0.0.2:${peer.socket.localPort}`);
  });

  it.each(['send-proxy', 'send-proxy-v2'])('takes 3 health checks for what they are: no warning, %s', async (words) => {
    const logger = new LogTape();
    const server = await startServer({ ...TRUST, keepalive: false, logger });
    const events = new Tape<RejectedEvent>();
    server.on('rejected', (event) => events.push(event));
    const address = await startHaproxy(server, `${words} check inter 50`);
    for (const { cause } of await events.count(3)) expect(['eof', 'reset']).toContain(cause);
    await openFrom('127.0.0.2', { address });
    expect(logger.tape.all(({ level }) => level === 'warn' || level === 'error')).toEqual([]);
  });

  it('refuses an HAProxy that was told nothing of it: its first connection says so', async () => {
    const server = await startServer({ ...TRUST, keepalive: false });
    const address = await startHaproxy(server, '');
    const rejected = server.next('rejected');
    const peer = await connectFrom('127.0.0.2', { address });
    peer.write(HELLO);
    expect(await rejected).toMatchObject({
      address: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      cause: 'protocol-error',
      evidence: { code: 'proxyProtocol', detail: 'a PROXY header is due from there, and what came is none' },
    });
  });
});
