import type { PeerIntroduction } from '@systole/server';
import { describe, expect, it } from 'vitest';
import { makeGate } from '../support/gate.ts';
import { endOf, namesOf, optionsFor, record, startClient, startPair, startServer } from '../support/pair.ts';
import { bytesOf, helloFrame, PREAMBLE, RawPeer } from '../support/raw-peer.ts';

const HELLO = Buffer.concat([PREAMBLE, bytesOf(helloFrame())]);

describe('authenticate', () => {
  it('is shown the 5 things that a peer has said and come with, once for each connection', async () => {
    const seen: PeerIntroduction[] = [];
    const { client, session } = await startPair({
      server: { authenticate: (who) => void seen.push(who) },
      client: { credentials: { token: 'abc' }, metadata: { name: 'sensor 7' } },
    });
    expect(seen).toEqual([
      {
        credentials: { token: 'abc' },
        metadata: { name: 'sensor 7' },
        boot: session.peer?.boot,
        address: session.address,
        certificate: undefined,
      },
    ]);
    expect(client.inspect().state).toBe('open');
  });

  it.each([
    { how: 'a value', authenticate: () => ({ name: 'sensor 7' }) },
    { how: 'a promise of one', authenticate: async () => ({ name: 'sensor 7' }) },
  ])('gives the session the identity that it returns as $how, and a client has none', async ({ authenticate }) => {
    const server = await startServer({ authenticate });
    const identities: unknown[] = [];
    server.on('session', ({ identity }) => identities.push(identity));
    const client = startClient(optionsFor(server.address));
    await client.ready();
    expect(identities).toEqual([{ name: 'sensor 7' }]);
    expect(client.identity).toBeUndefined();
  });

  it.each([
    {
      how: 'throws',
      authenticate: (): void => {
        throw new Error('no such token');
      },
    },
    { how: 'rejects', authenticate: () => Promise.reject(new Error('no such token')) },
    { how: 'rejects with a text', authenticate: () => Promise.reject('no such token') },
  ])(
    'refuses a peer for which it $how: the client hears the message, and does not come back',
    async ({ authenticate }) => {
      const server = await startServer({ authenticate });
      const rejected = server.next('rejected');
      const client = startClient({ ...optionsFor(server.address), reconnect: { base: 1, cap: 1 } });
      const tape = record(client);
      expect(await rejected).toMatchObject({
        cause: 'rejected',
        evidence: { phase: 'handshake', detail: 'no such token' },
      });
      expect(await endOf(tape)).toMatchObject({ cause: 'rejected', evidence: { detail: 'no such token' } });
      expect(namesOf(tape)).toEqual(['end']);
      expect(server.inspect()).toMatchObject({ sessions: 0, arrivals: 0, accepted: 0, rejected: 1 });
    },
  );

  it.each([
    { how: 'false', authenticate: () => false },
    { how: 'a promise of false', authenticate: async () => false },
  ])('refuses a peer for which it returns $how: nobody is let in by a slip', async ({ authenticate }) => {
    const server = await startServer({ authenticate });
    const client = startClient(optionsFor(server.address));
    expect(await endOf(record(client))).toMatchObject({
      cause: 'rejected',
      evidence: { detail: 'the peer is not welcome here' },
    });
    expect(server.inspect()).toMatchObject({ sessions: 0, accepted: 0, rejected: 1 });
  });

  it.each([
    { what: 'an object without a text', thrown: Object.create(null) as unknown, detail: '' },
    { what: 'an error whose message is 42', thrown: Object.assign(new Error(), { message: 42 }), detail: '42' },
  ])('refuses a peer at once, and rejects nothing else, where it throws $what', async ({ thrown, detail }) => {
    const server = await startServer({ authenticate: () => Promise.reject(thrown) });
    const client = startClient(optionsFor(server.address));
    expect(await endOf(record(client))).toMatchObject({ cause: 'rejected', evidence: { detail } });
  });

  it('lets a peer in when its promise is fulfilled, and not before', async () => {
    const asked = makeGate();
    const answer = makeGate();
    const server = await startServer({
      authenticate: () => {
        asked.open();
        return answer.promise;
      },
    });
    const told: string[] = [];
    server.on('session', () => told.push('session'));
    const peer = await RawPeer.connect(server.address);
    peer.write(HELLO);
    await asked.promise;
    expect(server.inspect()).toMatchObject({ arrivals: 1, sessions: 0 });
    told.push('answer');
    answer.open();
    await peer.next('welcome');
    expect(told).toEqual(['answer', 'session']);
    expect(server.inspect()).toMatchObject({ arrivals: 0, sessions: 1, accepted: 1 });
  });

  it('L10: has what is left of the handshake: after 300 ms the peer is told handshake-timeout, and the late answer touches nothing', async () => {
    const answer = makeGate();
    const server = await startServer({ authenticate: () => answer.promise, handshakeTimeout: 300 });
    const sessions: unknown[] = [];
    server.on('session', (session) => sessions.push(session));
    const rejected = server.next('rejected');
    const peer = await RawPeer.connect(server.address);
    peer.write(HELLO);
    expect(await rejected).toMatchObject({ cause: 'handshake-timeout' });
    await peer.closed();
    answer.open();
    await answer.promise;
    expect(peer.frames.items).toMatchObject([{ type: 'close', code: 'handshake-timeout' }]);
    expect(sessions).toEqual([]);
    expect(server.inspect()).toMatchObject({ sessions: 0, arrivals: 0, accepted: 0, rejected: 1 });
  });

  it.each([
    { answer: 'fulfilled', settle: (): void => {} },
    {
      answer: 'rejected',
      settle: (): void => {
        throw new Error('too late');
      },
    },
  ])('touches nothing for a peer that went away meanwhile, when it is $answer', async ({ settle }) => {
    const asked = makeGate();
    const answer = makeGate();
    const done = makeGate();
    const server = await startServer({
      authenticate: async () => {
        asked.open();
        await answer.promise;
        queueMicrotask(() => queueMicrotask(done.open));
        settle();
      },
    });
    const events: string[] = [];
    server.on('session', () => events.push('session'));
    server.on('rejected', ({ cause }) => events.push(cause));
    const peer = await RawPeer.connect(server.address);
    peer.write(HELLO);
    await asked.promise;
    const gone = server.next('rejected');
    peer.socket.end();
    await gone;
    answer.open();
    await done.promise;
    expect(events).toEqual(['eof']);
    expect(server.inspect()).toMatchObject({ sessions: 0, arrivals: 0, accepted: 0, rejected: 1 });
  });
});
