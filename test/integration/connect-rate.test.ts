// maxConnectsPerIdentity: how often one identity may connect in a minute.

import { ManualClock } from '@systole/testing';
import { describe, expect, it } from 'vitest';
import { LogTape } from '../support/log-tape.ts';
import { optionsFor, startClient, startServer } from '../support/pair.ts';
import { knock, openResumable } from '../support/resuming.ts';

const authenticate = ({ credentials }: { readonly credentials: unknown }): unknown => credentials;

describe('W6: a server with maxConnectsPerIdentity 3', () => {
  it('lets 3 in, new and resumed, and tells the 4th when to come back; other identities are not held up', async () => {
    const clock = new ManualClock();
    const server = await startServer({ keepalive: false, clock, authenticate, maxConnectsPerIdentity: 3 });
    const { ticket } = await openResumable(server, { credentials: 'ann' });
    const again = await openResumable(server, { ...ticket, credentials: 'ann', epoch: 2 });
    expect(again.ticket.session).toBe(ticket.session);
    await openResumable(server, { credentials: 'ann' });
    const rejected = server.next('rejected');
    const fourth = await knock(server, { credentials: 'ann' });
    expect(await fourth.next('close')).toEqual({
      type: 'close',
      scope: 'connection',
      code: 'going-away',
      lastAccepted: 0,
      retryAfterMs: 80_000, // of 3 in one minute, 2 are left a third into the next
      spreadMs: 10_000,
      reason: 'the identity connects too often',
    });
    expect(await rejected).toMatchObject({ cause: 'rejected', evidence: { code: 'maxConnectsPerIdentity' } });
    await openResumable(server, { credentials: 'eve' });
    expect(server.inspect()).toMatchObject({ sessions: 3, accepted: 4, rejected: 1 });
    await clock.advanceAsync(80_000);
    await openResumable(server, { credentials: 'ann' });
  });

  it('does not let the 4th take the place of a session that it would supersede, or resume', async () => {
    const clock = new ManualClock();
    const options = { keepalive: false, clock, authenticate, maxConnectsPerIdentity: 3 } as const;
    const server = await startServer({ ...options, oneSessionPerIdentity: true });
    for (let count = 0; count < 2; count += 1) await openResumable(server, { credentials: 'ann' });
    const { peer, ticket } = await openResumable(server, { credentials: 'ann' });
    for (const fields of [{}, { ...ticket, epoch: 2 }]) {
      const late = await knock(server, { ...fields, credentials: 'ann' });
      expect(await late.next('close')).toMatchObject({ code: 'going-away', retryAfterMs: 80_000 });
    }
    expect([...server.sessions].map(({ id }) => id)).toEqual([ticket.session]);
    expect(peer.frames.items.map(({ type }) => type)).toEqual(['welcome']);
  });

  it('logs 1 line for 10 that come too often, with sessions that nobody has', async () => {
    const logger = new LogTape();
    const clock = new ManualClock();
    const server = await startServer({ keepalive: false, clock, logger, authenticate, maxConnectsPerIdentity: 1 });
    await openResumable(server, { credentials: 'ann' });
    logger.tape.items.splice(0);
    for (let count = 0; count < 10; count += 1) {
      const late = await knock(server, { credentials: 'ann', session: 'nobody', token: 'x' });
      expect(await late.next('close')).toMatchObject({ code: 'going-away' });
    }
    expect(logger.tape.items).toMatchObject([{ message: 'connection rejected', fields: { count: 1 } }]);
  });

  it('does not count whom it has refused: 10 that come too often make nobody wait longer', async () => {
    const clock = new ManualClock();
    const server = await startServer({ keepalive: false, clock, authenticate, maxConnectsPerIdentity: 1 });
    await openResumable(server, { credentials: 'ann' });
    for (let count = 0; count < 10; count += 1) {
      const late = await knock(server, { credentials: 'ann' });
      expect(await late.next('close')).toMatchObject({ retryAfterMs: 120_000 });
    }
  });

  it('is heeded by a client, which comes back after that time', async () => {
    const clock = new ManualClock();
    const server = await startServer({ keepalive: false, clock, authenticate, maxConnectsPerIdentity: 1 });
    await openResumable(server, { credentials: 'ann' });
    const client = startClient({
      ...optionsFor(server.address),
      keepalive: false,
      credentials: 'ann',
      clock,
      random: () => 0.5,
      reconnect: { base: 1, cap: 1 },
    });
    expect(await client.next('reconnecting')).toMatchObject({ cause: 'going-away', delayMs: 125_000 });
    clock.advance(125_000);
    await client.ready();
  });
});

describe('a peer without an identity that can be compared', () => {
  it.each([{ hook: undefined }, { hook: () => true }])(
    'is not counted: 5 connections with a limit of 1',
    async ({ hook }) => {
      const options = hook === undefined ? {} : { authenticate: hook };
      const server = await startServer({ keepalive: false, maxConnectsPerIdentity: 1, ...options });
      for (let count = 0; count < 5; count += 1) await openResumable(server);
      expect(server.inspect()).toMatchObject({ sessions: 5, rejected: 0 });
    },
  );
});
