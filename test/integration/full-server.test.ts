// A server with all the connections that it may have, and clients that come back to their sessions.

import type { Server } from '@systole/server';
import { describe, expect, it } from 'vitest';
import { namesOf, nextSession, startServer } from '../support/pair.ts';
import { connectFrom, openFrom } from '../support/per-address.ts';
import { bytesOf, helloFrame, PREAMBLE, RawPeer } from '../support/raw-peer.ts';
import type { Ticket } from '../support/resuming.ts';
import { knock, lose, openResumable } from '../support/resuming.ts';

/** A server whose 2 places are taken, one of them by a session to which its client can come back. */
async function startFull(asked: unknown[] = []) {
  const authenticate = ({ credentials }: { readonly credentials: unknown }): unknown => {
    asked.push(credentials);
    return credentials;
  };
  const server = await startServer({ keepalive: false, maxConnections: 2, maxConnectionsPerAddress: 2, authenticate });
  const arrival = nextSession(server);
  const { peer, ticket } = await openResumable(server, { credentials: 'ann' });
  await openResumable(server, { credentials: 'eve' });
  asked.splice(0);
  return { server, peer, ticket, ...(await arrival) };
}

async function expectFull(server: Server, fields: Readonly<Record<string, unknown>>): Promise<void> {
  const rejected = server.next('rejected');
  const late = await knock(server, fields);
  expect(await late.next('close')).toMatchObject({ code: 'going-away', retryAfterMs: 1_000, spreadMs: 10_000 });
  expect(await rejected).toMatchObject({ evidence: { code: 'maxConnections' } });
}

describe('W6: a server with maxConnections 2, which it has,', () => {
  it('lets a client back to its session that it believes connected: there are 2 again', async () => {
    const { server, session, tape, ticket } = await startFull();
    const back = await openResumable(server, { ...ticket, credentials: 'ann', epoch: 2 });
    expect(back.ticket.session).toBe(session.id);
    expect(namesOf(tape)).toEqual(['connect', 'disconnect', 'connect']);
    expect(server.inspect()).toMatchObject({ sessions: 2, parked: 0, arrivals: 0, rejected: 0 });
  });

  it('lets it back as well where its address has all of the 1 connection that it may have', async () => {
    const server = await startServer({ keepalive: false, maxConnectionsPerAddress: 1 });
    const { ticket } = await openResumable(server);
    const another = await knock(server, {});
    expect(await another.next('close')).toMatchObject({ code: 'going-away' });
    await another.closed();
    const back = await openResumable(server, { ...ticket, epoch: 2 });
    expect(back.ticket.session).toBe(ticket.session);
    expect(server.inspect()).toMatchObject({ sessions: 1, accepted: 2, rejected: 1 });
  });

  it('does not let it back from another address that has all of the 1 connection that it may have', async () => {
    const server = await startServer({ keepalive: false, maxConnectionsPerAddress: 1 });
    const { ticket } = await openResumable(server);
    await openFrom('127.0.0.2', server);
    const rejected = server.next('rejected');
    const moved = await connectFrom('127.0.0.2', server);
    moved.write(Buffer.concat([PREAMBLE, bytesOf(helloFrame({ resume: 60_000, ...ticket, epoch: 2 }))]));
    expect(await moved.next('close')).toMatchObject({ code: 'going-away', retryAfterMs: 1_000 });
    expect(await rejected).toMatchObject({ evidence: { code: 'maxConnectionsPerAddress' } });
    expect(server.inspect()).toMatchObject({ sessions: 2, arrivals: 0, accepted: 2, rejected: 1 });
  });

  it.each([
    { what: 'a wrong token', forge: (ticket: Ticket) => ({ ...ticket, token: 'x', credentials: 'ann' }) },
    { what: 'the right token of another', forge: (ticket: Ticket) => ({ ...ticket, credentials: 'eve' }) },
  ])('has no place for who knows a session, and not whose it is: $what', async ({ forge }) => {
    const { server, tape, ticket } = await startFull();
    await expectFull(server, { ...forge(ticket), epoch: 2 });
    expect(namesOf(tape)).toEqual(['connect']);
    expect(server.inspect()).toMatchObject({ sessions: 2, arrivals: 0, rejected: 1 });
  });

  it('does not even ask authenticate about a new peer, or about one with a session that nobody has', async () => {
    const asked: unknown[] = [];
    const { server } = await startFull(asked);
    await expectFull(server, { credentials: 'mallory' });
    await expectFull(server, { credentials: 'mallory', session: 'nobody', token: 'x' });
    expect(asked).toEqual([]);
  });

  it('has no place for the client of a parked session before another has gone, and then resumes it', async () => {
    const { server, peer, session, ticket } = await startFull();
    await lose(peer, session);
    const third = await RawPeer.open(server.address, { credentials: 'zoe' });
    expect(server.inspect()).toMatchObject({ sessions: 2, parked: 1 });
    await expectFull(server, { ...ticket, credentials: 'ann', epoch: 2 });
    const [, , last] = [...server.sessions];
    const gone = last?.next('end');
    third.socket.destroy();
    await gone;
    const back = await openResumable(server, { ...ticket, credentials: 'ann', epoch: 2 });
    expect(back.ticket.session).toBe(session.id);
  });
});
