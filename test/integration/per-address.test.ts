import type { RejectedEvent, Server } from '@systole/server';
import { createServer } from '@systole/server';
import { describe, expect, it, onTestFinished } from 'vitest';
import { LogTape } from '../support/log-tape.ts';
import { freshPath, namesOf, nextSession, startServer } from '../support/pair.ts';
import { connectFrom, HELLO, listenFor, openFrom } from '../support/per-address.ts';
import { bytesOf, helloFrame, mapOf, PREAMBLE, RawPeer } from '../support/raw-peer.ts';
import { lose } from '../support/resuming.ts';
import { Tape } from '../support/tape.ts';

const [HERE, THERE, ELSEWHERE] = ['127.0.0.2', '127.0.0.3', '127.0.0.4'] as const;

/** A peer whose session is kept when its connection is lost, and what it comes back with. */
async function openResumable(server: Server, from: string, fields: object = {}) {
  const peer = await connectFrom(from, server);
  peer.write(PREAMBLE, bytesOf(helloFrame({ resume: 60_000, ...fields })));
  const { session, token } = mapOf(await peer.next('welcome'));
  return { peer, ticket: { session, token } };
}

/** How a peer from there fares: what it is told first. */
async function fareOf(server: Server, from: string): Promise<string> {
  const peer = await connectFrom(from, server);
  peer.write(HELLO);
  return (await peer.frames.first()).type;
}

/** The session of a peer from there. */
async function nextSessionFrom(server: Server, from: string) {
  const arrival = nextSession(server);
  await openFrom(from, server);
  return arrival;
}

describe('W6: a server with maxConnectionsPerAddress 2', () => {
  it('asks the third peer of one address to come back in 1 s to 11 s, lets others in, and logs it', async () => {
    const logger = new LogTape();
    const server = await startServer({ keepalive: false, maxConnectionsPerAddress: 2, logger });
    const tapes = [];
    for (const from of [HERE, HERE]) {
      const arrival = nextSession(server);
      await openFrom(from, server);
      tapes.push((await arrival).tape);
    }
    const rejected = server.next('rejected');
    const third = await connectFrom(HERE, server);
    const { localPort } = third.socket;
    third.write(HELLO);
    expect(await third.next('close')).toEqual({
      type: 'close',
      scope: 'connection',
      code: 'going-away',
      lastAccepted: 0,
      retryAfterMs: 1_000,
      spreadMs: 10_000,
      reason: 'the server has all of the 2 connections that it may have with one address',
    });
    await third.closed();
    expect(await rejected).toMatchObject({
      address: `${HERE}:${localPort}`,
      cause: 'rejected',
      evidence: { code: 'maxConnectionsPerAddress' },
    });
    await openFrom(THERE, server);
    expect(server.inspect()).toMatchObject({ sessions: 3, arrivals: 0, accepted: 3, rejected: 1 });
    expect(tapes.map(namesOf)).toEqual([['connect'], ['connect']]);
    expect(logger.tape.all(({ level }) => level === 'warn')).toMatchObject([
      { message: 'connection rejected', fields: { count: 1, evidence: { code: 'maxConnectionsPerAddress' } } },
    ]);
  });

  it('counts arrivals as well, and lets the third peer in when one has gone, be it a session or an arrival', async () => {
    const server = await startServer({ keepalive: false, maxConnectionsPerAddress: 2 });
    const { session } = await nextSessionFrom(server, HERE);
    const silent = await connectFrom(HERE, server);
    expect(await fareOf(server, HERE)).toBe('close');
    const rejected = server.next('rejected');
    silent.socket.destroy();
    await rejected;
    await openFrom(HERE, server);
    expect(await fareOf(server, HERE)).toBe('close');
    const ended = session.next('end');
    session.destroy();
    await ended;
    expect(await fareOf(server, HERE)).toBe('welcome');
  });

  it('does not count who waits to be resumed', async () => {
    const server = await startServer({ keepalive: false, maxConnectionsPerAddress: 2 });
    for (const _ of [1, 2, 3]) {
      const arrival = nextSession(server);
      const { peer } = await openResumable(server, HERE);
      await lose(peer, (await arrival).session);
    }
    expect(server.inspect()).toMatchObject({ sessions: 0, parked: 3 });
    await openFrom(HERE, server);
    await openFrom(HERE, server);
    expect(await fareOf(server, HERE)).toBe('close');
  });
});

describe('W6: a session that changes its address, where each may have 1 connection', () => {
  it.each([
    { how: 'supersedes', isLost: false },
    { how: 'resumes', isLost: true },
  ])('counts where its connection is when it $how it from there', async ({ isLost }) => {
    const server = await startServer({ keepalive: false, maxConnectionsPerAddress: 1 });
    const arrival = nextSession(server);
    const { peer, ticket } = await openResumable(server, HERE);
    const { session } = await arrival;
    if (isLost) await lose(peer, session);
    await openResumable(server, THERE, { ...ticket, epoch: 2 });
    expect(session.address).toContain(THERE);
    expect(await fareOf(server, THERE)).toBe('close');
    expect(await fareOf(server, HERE)).toBe('welcome');
    expect(await fareOf(server, HERE)).toBe('close');
    expect(server.inspect()).toMatchObject({ sessions: 2, accepted: 3, rejected: 2 });
  });

  it('counts for nobody when it has ended: both addresses are free', async () => {
    const server = await startServer({ keepalive: false, maxConnectionsPerAddress: 1 });
    const arrival = nextSession(server);
    const { ticket } = await openResumable(server, HERE);
    await openResumable(server, THERE, { ...ticket, epoch: 2 });
    (await arrival).session.destroy();
    expect([await fareOf(server, HERE), await fareOf(server, THERE)]).toEqual(['welcome', 'welcome']);
  });
});

describe('W6: a server with maxConnections 5 and no word about addresses', () => {
  it('has 3 for one address, so that nobody alone can shut all others out', async () => {
    const server = await startServer({ keepalive: false, maxConnections: 5 });
    expect(server.inspect().limits).toMatchObject({ maxConnectionsPerAddress: 3 });
    for (const _ of [1, 2, 3]) await openFrom(HERE, server);
    expect(await fareOf(server, HERE)).toBe('close');
    await openFrom(THERE, server);
    await openFrom(ELSEWHERE, server);
    const rejected = server.next('rejected');
    expect(await fareOf(server, THERE)).toBe('close');
    expect((await rejected).evidence.code).toBe('maxConnections');
  });
});

describe('W6: a server with maxHandshakesPerAddress 2', () => {
  it('destroys the third arrival of one address without a word, and takes in those of others', async () => {
    const server = await startServer({ keepalive: false, maxHandshakesPerAddress: 2 });
    const silent = [await connectFrom(HERE, server), await connectFrom(HERE, server)];
    const rejected = server.next('rejected');
    const third = await connectFrom(HERE, server);
    const { localPort } = third.socket;
    third.write(HELLO);
    expect(await rejected).toMatchObject({
      address: `${HERE}:${localPort}`,
      cause: 'rejected',
      evidence: {
        code: 'maxHandshakesPerAddress',
        phase: 'handshake',
        detail: '2 connections of 127.0.0.2 are in the handshake already',
        silenceMs: undefined,
      },
    });
    await third.closed();
    expect(third.received.length).toBe(0);
    await openFrom(THERE, server);
    expect(server.inspect()).toMatchObject({ arrivals: 2, sessions: 1, rejected: 1 });
    for (const peer of silent) peer.write(HELLO);
    await Promise.all(silent.map((peer) => peer.next('welcome')));
    await openFrom(HERE, server);
    expect(server.inspect()).toMatchObject({ arrivals: 0, sessions: 4, rejected: 1 });
  });

  it('tells each of 100 beyond it, but logs 4 lines at most', async () => {
    const logger = new LogTape();
    const server = await startServer({ keepalive: false, maxHandshakesPerAddress: 2, logger });
    await Promise.all([connectFrom(HERE, server), connectFrom(HERE, server)]);
    const events = new Tape<RejectedEvent>();
    server.on('rejected', (event) => events.push(event));
    await Promise.all(Array.from({ length: 100 }, async () => (await connectFrom(HERE, server)).closed()));
    await events.count(100);
    await server.close();
    const lines = logger.tape
      .all(({ message }) => message === 'connection rejected')
      .filter(({ fields }) => (fields['evidence'] as { code?: string }).code === 'maxHandshakesPerAddress');
    expect(lines.reduce((sum, { fields }) => sum + Number(fields['count']), 0)).toBe(100);
    expect(lines.length).toBeLessThanOrEqual(4);
  });
});

describe('W6: whoever has no address, where each may have 1 connection and 1 arrival', () => {
  it('is not limited: 3 peers at a Unix socket are let in, beside 3 who say nothing', async () => {
    const path = await freshPath();
    const server = await startServer(
      { keepalive: false, maxConnectionsPerAddress: 1, maxHandshakesPerAddress: 1 },
      { path },
    );
    for (const _ of [1, 2, 3]) {
      await RawPeer.connect(server.address);
      await RawPeer.open(server.address);
    }
    expect(server.inspect()).toMatchObject({ sessions: 3, arrivals: 3, rejected: 0 });
  });
});

describe('W6: sockets that were attached, where each address may have 1 connection', () => {
  it('count as those of the own port: the second peer is told going-away', async () => {
    const server = createServer({ keepalive: false, maxConnectionsPerAddress: 1 });
    onTestFinished(() => server.close({ drain: 0 }));
    const address = await listenFor((socket) => server.attach(socket));
    await RawPeer.open(address);
    const second = await RawPeer.connect(address);
    second.write(HELLO);
    expect(await second.next('close')).toMatchObject({ code: 'going-away' });
  });
});
