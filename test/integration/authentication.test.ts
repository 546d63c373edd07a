import type { PeerIntroduction, ServerOptions } from '@systole/server';
import { Rejection } from '@systole/server';
import { ManualClock } from '@systole/testing';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { makeGate } from '../support/gate.ts';
import { makeHook } from '../support/hook.ts';
import { LogTape } from '../support/log-tape.ts';
import { endOf, namesOf, optionsFor, record, startClient, startPair, startServer } from '../support/pair.ts';
import { bytesOf, helloFrame, PREAMBLE, RawPeer } from '../support/raw-peer.ts';
import { Tape } from '../support/tape.ts';

const HELLO = Buffer.concat([PREAMBLE, bytesOf(helloFrame())]);

/** What a database may say when it is away, and nobody else is to know. */
const SECRET = 'connect ECONNREFUSED postgres://gateway:hunter2@10.0.0.5';

/** Whatever is asked of it, it throws. */
function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

/** It has a getter that throws. */
function unwritable(): Error {
  const get = (): never => {
    throw new Error('it cannot be written');
  };
  return Object.defineProperty(new Error(SECRET), 'query', { enumerable: true, get });
}

describe('authenticate', () => {
  it('is shown the 7 things that a peer has said and come with, once for each connection', async () => {
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
        tls: undefined,
        certificate: undefined,
        signal: expect.objectContaining({ aborted: false }),
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
        throw new Rejection('the token has expired');
      },
    },
    { how: 'rejects with', authenticate: () => Promise.reject(new Rejection('the token has expired')) },
    { how: 'returns', authenticate: () => new Rejection('the token has expired') },
  ])(
    'refuses a peer for which it $how a Rejection: the client hears the reason, and does not come back',
    async ({ authenticate }) => {
      const server = await startServer({ authenticate });
      const rejected = server.next('rejected');
      const client = startClient({ ...optionsFor(server.address), reconnect: { base: 1, cap: 1 } });
      const tape = record(client);
      expect(await rejected).toMatchObject({
        cause: 'rejected',
        evidence: { phase: 'handshake', detail: 'the token has expired', code: undefined },
      });
      expect(await endOf(tape)).toMatchObject({ cause: 'rejected', evidence: { detail: 'the token has expired' } });
      expect(namesOf(tape)).toEqual(['end']);
      expect(server.inspect()).toMatchObject({ sessions: 0, arrivals: 0, accepted: 0, rejected: 1 });
    },
  );

  it.each([
    { bytes: 256, reason: 'x'.repeat(256), told: 'x'.repeat(256) },
    { bytes: 257, reason: 'x'.repeat(257), told: 'x'.repeat(256) },
    { bytes: 15_000, reason: 'é'.repeat(7_500), told: 'é'.repeat(128) },
  ])('tells 256 bytes of a reason of $bytes, and tells no more of it here', async ({ reason, told }) => {
    const server = await startServer({ authenticate: () => Promise.reject(new Rejection(reason)) });
    const rejected = server.next('rejected');
    const peer = await RawPeer.connect(server.address);
    peer.write(HELLO);
    expect((await peer.next('close')).reason).toBe(told);
    expect((await rejected).evidence.detail).toBe(told);
  });

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

const FAILURES: readonly { readonly how: string; readonly authenticate: NonNullable<ServerOptions['authenticate']> }[] =
  [
    {
      how: 'throws',
      authenticate: () => {
        throw new Error(SECRET);
      },
    },
    { how: 'rejects', authenticate: () => Promise.reject(new Error(SECRET)) },
    { how: 'rejects with a text', authenticate: () => Promise.reject(SECRET) },
    { how: 'rejects with what has no text', authenticate: () => Promise.reject(Object.create(null)) },
    { how: 'rejects with what throws when it is looked at', authenticate: () => Promise.reject(revoked()) },
    { how: 'returns an error', authenticate: () => new Error(SECRET) },
    {
      how: 'returns an object whose id throws',
      authenticate: () => ({
        get id(): string {
          throw new Error(SECRET);
        },
      }),
    },
  ];

describe('authenticate that fails itself', () => {
  it.each(FAILURES)('tells a peer to come back in 1 s to 11 s, and nothing else, where it $how', async (failure) => {
    const logger = new LogTape();
    const server = await startServer({ authenticate: failure.authenticate, logger });
    const rejected = server.next('rejected');
    const peer = await RawPeer.connect(server.address);
    peer.write(HELLO);
    expect(await peer.next('close')).toEqual({
      type: 'close',
      scope: 'connection',
      code: 'going-away',
      lastAccepted: 0,
      retryAfterMs: 1_000,
      spreadMs: 10_000,
      reason: 'the server cannot judge peers now',
    });
    await peer.closed();
    expect(await rejected).toMatchObject({
      cause: 'rejected',
      evidence: { code: 'authenticate', detail: 'the server cannot judge peers now' },
    });
    expect(JSON.stringify(await rejected)).not.toContain('hunter2');
    expect(logger.tape.all(({ level }) => level === 'warn' || level === 'error')).toMatchObject([
      { level: 'error', message: 'authenticate failed', fields: { address: (await rejected).address, count: 1 } },
    ]);
    expect(logger.tape.items.at(-1)).toHaveProperty('fields.evidence.code', 'authenticate');
    expect(server.inspect()).toMatchObject({ sessions: 0, arrivals: 0, accepted: 0, rejected: 1 });
  });

  it('is logged where 2 errors cannot be written, by what comes of the attempt', async () => {
    const lines = new Tape<{ readonly err: { readonly message: string }; readonly count: number }>();
    const logger = pino({ level: 'error' }, { write: (line) => lines.push(JSON.parse(line)) });
    const clock = new ManualClock();
    const authenticate = (): unknown => Promise.reject(unwritable());
    const server = await startServer({ keepalive: false, clock, logger, authenticate });
    for (let count = 0; count < 2; count += 1) {
      const peer = await RawPeer.connect(server.address);
      peer.write(HELLO);
      expect((await peer.next('close')).code).toBe('going-away');
    }
    clock.advance(1_000);
    expect(lines.items).toMatchObject([
      { err: { message: 'it cannot be written' }, count: 1 },
      { err: { message: 'it cannot be written' }, count: 1 },
    ]);
  });

  it('ends no client: it is in 1,000 ms later, when the database is back', async () => {
    const answers = [() => Promise.reject(new Error(SECRET)), () => 'ann'];
    const server = await startServer({ keepalive: false, authenticate: () => answers.shift()?.() });
    const clock = new ManualClock();
    const reconnect = { base: 1, cap: 1 };
    const options = { ...optionsFor(server.address), keepalive: false, clock, random: () => 0, reconnect } as const;
    const client = startClient(options);
    expect(await client.next('reconnecting')).toMatchObject({
      cause: 'going-away',
      delayMs: 1_000,
      evidence: { detail: 'the server cannot judge peers now' },
    });
    clock.advance(1_000);
    await client.ready();
    expect([...server.sessions].map(({ identity }) => identity)).toEqual(['ann']);
  });

  it('is logged in 1 line a second, though it fails for each of 100 peers, and each of them is told', async () => {
    const logger = new LogTape();
    const clock = new ManualClock();
    const server = await startServer({
      keepalive: false,
      clock,
      logger,
      authenticate: () => Promise.reject(new Error(SECRET)),
    });
    for (let count = 0; count < 100; count += 1) {
      const peer = await RawPeer.connect(server.address);
      peer.write(HELLO);
      await peer.closed();
    }
    const linesOf = () => logger.tape.all(({ message }) => message === 'authenticate failed');
    expect(linesOf()).toMatchObject([{ fields: { count: 1 } }]);
    clock.advance(1_000);
    expect(linesOf()).toMatchObject([{ fields: { count: 1 } }, { fields: { count: 99 } }]);
    expect(linesOf()[1]?.fields['err']).toEqual(new Error(SECRET));
    expect(server.inspect().rejected).toBe(100);
  });
});

describe('the signal of authenticate', () => {
  it.each([
    { when: 'the peer has gone', leave: (peer: RawPeer) => void peer.socket.resetAndDestroy() },
    { when: 'the deadline of 10,000 ms has passed', leave: (_: RawPeer, clock: ManualClock) => clock.advance(10_000) },
    { when: 'the server closes', leave: (_: RawPeer, __: ManualClock, close: () => void) => close() },
  ])('is aborted when $when, and that it fails by it is no failure', async ({ leave }) => {
    const logger = new LogTape();
    const clock = new ManualClock();
    const asked = makeGate<AbortSignal>();
    const failed = makeGate();
    const server = await startServer({
      keepalive: false,
      clock,
      logger,
      authenticate: ({ signal }) => {
        asked.open(signal);
        return new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            reject(signal.reason);
            failed.open();
          });
        });
      },
    });
    const peer = await RawPeer.connect(server.address);
    peer.write(HELLO);
    const signal = await asked.promise;
    clock.advance(9_999);
    expect(signal.aborted).toBe(false);
    leave(peer, clock, () => void server.close());
    await failed.promise;
    expect(signal.aborted).toBe(true);
    await clock.settle();
    expect(logger.tape.all(({ level }) => level === 'error')).toEqual([]);
  });

  it('is not aborted for a peer that is let in, nor when its session ends', async () => {
    const { calls, authenticate } = makeHook();
    const server = await startServer({ authenticate });
    const session = server.next('session');
    const peer = await RawPeer.connect(server.address);
    peer.write(HELLO);
    const { who, answer } = await calls.first();
    answer('ann');
    const ended = (await session).next('end');
    peer.socket.destroy();
    await ended;
    expect(who.signal.aborted).toBe(false);
  });
});
