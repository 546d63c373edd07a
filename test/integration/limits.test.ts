import type { Evidence } from '@systole/core';
import type { RejectedEvent } from '@systole/server';
import { ManualClock } from '@systole/testing';
import { describe, expect, it } from 'vitest';
import type { LogLine } from '../support/log-tape.ts';
import { LogTape } from '../support/log-tape.ts';
import { optionsFor, startClient, startServer } from '../support/pair.ts';
import { bytesOf, helloFrame, PREAMBLE, RawPeer } from '../support/raw-peer.ts';
import { Tape } from '../support/tape.ts';

const HELLO = Buffer.concat([PREAMBLE, bytesOf(helloFrame())]);

describe('W6: a server with maxConnections 2, all of which one address may have', () => {
  it('asks the third peer to come back in 1 s to 11 s, which is not rejected, and logs it', async () => {
    const logger = new LogTape();
    const server = await startServer({ keepalive: false, maxConnections: 2, maxConnectionsPerAddress: 2, logger });
    await RawPeer.open(server.address);
    await RawPeer.open(server.address);
    const rejected = server.next('rejected');
    const third = await RawPeer.connect(server.address);
    third.write(HELLO);
    expect(await third.next('close')).toEqual({
      type: 'close',
      scope: 'connection',
      code: 'going-away',
      lastAccepted: 0,
      retryAfterMs: 1_000,
      spreadMs: 10_000,
      reason: 'the server has all of the 2 connections that it may have',
    });
    await third.closed();
    expect(await rejected).toMatchObject({
      cause: 'rejected',
      evidence: { code: 'maxConnections', detail: 'the server has all of the 2 connections that it may have' },
    });
    expect(server.inspect()).toEqual({
      address: server.address,
      state: 'listening',
      sessions: 2,
      parked: 0,
      arrivals: 0,
      accepted: 2,
      rejected: 1,
      limits: {
        maxConnections: 2,
        maxConnectionsPerAddress: 2,
        maxHandshakes: 1_024,
        maxHandshakesPerAddress: 512,
      },
    });
    expect(logger.tape.all(({ level }) => level === 'warn')).toMatchObject([
      { message: 'connection rejected', fields: { count: 1, cause: 'rejected' } },
    ]);
  });

  it('lets a client in that comes back 1 s later, when another has gone', async () => {
    const server = await startServer({ maxConnections: 1, keepalive: false });
    const arrival = server.next('session');
    const first = await RawPeer.open(server.address);
    const clock = new ManualClock();
    const client = startClient({
      ...optionsFor(server.address),
      keepalive: false,
      clock,
      random: () => 0,
      reconnect: { base: 1, cap: 1 },
    });
    expect(await client.next('reconnecting')).toMatchObject({ cause: 'going-away', delayMs: 1_000 });
    const gone = (await arrival).next('end');
    first.socket.destroy();
    await gone;
    clock.advance(1_000);
    await client.ready();
    expect(server.inspect()).toMatchObject({ sessions: 1, accepted: 2, rejected: 1 });
  });
});

describe('W6: a server with maxHandshakes 3, all of which one address may have', () => {
  it('destroys what comes beyond 3 arrivals without a word, and takes others in when they have gone', async () => {
    const server = await startServer({ keepalive: false, maxHandshakes: 3, maxHandshakesPerAddress: 3 });
    const arrivals = await Promise.all([1, 2, 3].map(() => RawPeer.connect(server.address)));
    const rejected = server.next('rejected');
    const fourth = await RawPeer.connect(server.address);
    fourth.write(HELLO);
    expect(await rejected).toMatchObject({
      address: `127.0.0.1:${fourth.socket.localPort}`,
      cause: 'rejected',
      evidence: {
        code: 'maxHandshakes',
        phase: 'handshake',
        detail: '3 connections are in the handshake already',
        silenceMs: undefined,
      },
    });
    await fourth.closed();
    expect(fourth.received.length).toBe(0);
    expect(server.inspect()).toMatchObject({ arrivals: 3, rejected: 1 });
    for (const peer of arrivals) peer.write(HELLO);
    await Promise.all(arrivals.map((peer) => peer.next('welcome')));
    await RawPeer.open(server.address);
    expect(server.inspect()).toMatchObject({ arrivals: 0, sessions: 4, accepted: 4, rejected: 1 });
  });

  it('tells each of 200 beyond it, but logs 2 lines: the first at once, and the other 199 when it closes', async () => {
    const logger = new LogTape();
    const server = await startServer({ maxHandshakes: 1, logger });
    await RawPeer.connect(server.address);
    const events = new Tape<RejectedEvent>();
    server.on('rejected', (event) => events.push(event));
    await Promise.all(Array.from({ length: 200 }, async () => (await RawPeer.connect(server.address)).closed()));
    await events.count(200);
    await server.close();
    const isOver = ({ fields }: LogLine): boolean => (fields['evidence'] as Evidence).code === 'maxHandshakes';
    const lines = logger.tape.all(({ message }) => message === 'connection rejected').filter(isOver);
    const counts = lines.map(({ fields }) => Number(fields['count']));
    expect(counts[0]).toBe(1);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(200);
    expect(counts.length).toBeLessThanOrEqual(4); // a line a second, should this take long
    expect(server.inspect()).toMatchObject({ arrivals: 0, rejected: 201 });
  });
});
