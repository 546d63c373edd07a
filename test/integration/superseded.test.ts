import type { Frame } from '@systole/core';
import { BOOT_ID } from '@systole/core/internal';
import { describe, expect, it } from 'vitest';
import { namesOf, nextSession, payloadOf, record, startClient, startServer } from '../support/pair.ts';
import { bytesOf, dataFrame, listenRaw, PREAMBLE, welcomeFrame } from '../support/raw-peer.ts';
import { knock, openResumable } from '../support/resuming.ts';

const superseded = (reason: string): Frame => ({
  type: 'close',
  scope: 'connection',
  code: 'superseded',
  lastAccepted: 0,
  retryAfterMs: 0,
  spreadMs: 0,
  reason,
});

describe('a newer connection of a session', () => {
  it('D6: supersedes the one that the server believed alive: disconnect superseded, then connect resumed', async () => {
    const server = await startServer({ keepalive: false });
    const arrival = nextSession(server);
    const { peer, ticket } = await openResumable(server, { boot: 'one' });
    const { session, tape } = await arrival;
    await openResumable(server, { ...ticket, boot: 'two', epoch: 2 });
    expect(await peer.next('close')).toMatchObject({ code: 'superseded', scope: 'connection', reason: 'two' });
    await peer.closed();
    expect(namesOf(tape)).toEqual(['connect', 'disconnect', 'connect']);
    expect(payloadOf(tape, 'disconnect')).toMatchObject({ cause: 'superseded', epoch: 1 });
    expect(tape.items[2]).toMatchObject({ payload: { epoch: 2, resumed: true } });
    expect(session).toMatchObject({ epoch: 2, peer: { boot: 'two' } });
    expect(server.inspect()).toMatchObject({ sessions: 1, parked: 0 });
  });

  it.each([{ epoch: 1 }, { epoch: 0 }])('that has epoch $epoch where 1 is here is late itself', async ({ epoch }) => {
    const server = await startServer({ keepalive: false });
    const arrival = nextSession(server);
    const { ticket } = await openResumable(server, { boot: 'one' });
    const { session, tape } = await arrival;
    const late = await knock(server, { ...ticket, boot: 'two', epoch });
    expect(await late.next('close')).toMatchObject({ code: 'superseded', reason: 'one' });
    expect(namesOf(tape)).toEqual(['connect']);
    expect(session.inspect()).toMatchObject({ state: 'open', epoch: 1 });
  });
});

describe('a newer connection of a session that is over', () => {
  it.each([
    { when: 'close() has said its goodbye', heard: true },
    { when: 'close() waits for credit', heard: false },
  ])('gets another one where $when: close() resolves, and what was sent is handed back', async ({ heard }) => {
    const handled: unknown[] = [];
    const server = await startServer({ keepalive: false, onMessage: (message) => handled.push(message) });
    const arrival = nextSession(server);
    const { peer, ticket } = await openResumable(server, heard ? {} : { credit: 0 });
    const { session, tape } = await arrival;
    const sent = session.send('unanswered').catch(({ code }: { readonly code: string }) => code);
    const closed = session.close();
    await peer.next(heard ? 'data' : 'welcome');
    if (heard) await peer.next('close');
    // The client has lost the connection before it heard of that.
    const { peer: next, ticket: another } = await openResumable(server, { ...ticket, epoch: 2 });
    await closed;
    expect(await sent).toBe(heard ? 'ERR_IN_DOUBT' : 'ERR_CLOSED');
    expect(namesOf(tape)).toEqual(['connect', 'disconnect', 'end']);
    expect(another.session).not.toBe(ticket.session);
    next.send(dataFrame(1, 'to the new session'), { type: 'ping', number: 1 });
    await next.next('pong');
    expect(handled).toEqual(['to the new session']);
  });

  it('gets another one where a listener of disconnect destroys it: connect, disconnect, end', async () => {
    const server = await startServer({ keepalive: false });
    const arrival = nextSession(server);
    const { ticket } = await openResumable(server);
    const { session, tape } = await arrival;
    session.once('disconnect', () => session.destroy());
    const { ticket: another } = await openResumable(server, { ...ticket, epoch: 2 });
    expect(namesOf(tape)).toEqual(['connect', 'disconnect', 'end']);
    expect(another.session).not.toBe(ticket.session);
    expect([...server.sessions].map(({ id }) => id)).toEqual([another.session]);
  });

  it('is turned away where a listener of disconnect closes the server: no session is left', async () => {
    const server = await startServer({ keepalive: false });
    const arrival = nextSession(server);
    const { ticket } = await openResumable(server);
    const { session, tape } = await arrival;
    session.once('disconnect', () => void server.close());
    const next = await knock(server, { ...ticket, epoch: 2 });
    await next.closed();
    expect(next.frames.items).toEqual([]);
    expect(namesOf(tape)).toEqual(['connect', 'disconnect', 'end']);
    await server.close();
    expect(server.inspect()).toMatchObject({ state: 'closed', sessions: 0, parked: 0 });
  });
});

describe('a client that is told superseded', () => {
  it('D6: ends where another process has taken its session over', async () => {
    const { peers, address } = await listenRaw();
    const client = startClient({ ...address, keepalive: false, reconnect: { base: 10, cap: 10 } });
    const tape = record(client);
    const peer = await peers.first();
    peer.write(PREAMBLE, bytesOf(welcomeFrame({ token: 't', resume: 60_000 })));
    await client.ready();
    const end = client.next('end');
    peer.send(superseded('another process'));
    expect((await end).cause).toBe('superseded');
    expect(namesOf(tape)).toEqual(['connect', 'disconnect', 'end']);
  });

  it('D6: goes on where it was a connection of its own process', async () => {
    const { peers, address } = await listenRaw();
    const client = startClient({ ...address, keepalive: false, reconnect: { base: 10, cap: 10 } });
    const peer = await peers.first();
    peer.write(PREAMBLE, bytesOf(welcomeFrame({ token: 't', resume: 60_000 })));
    await client.ready();
    const again = client.next('connect');
    peer.send(superseded(BOOT_ID));
    const [, second] = await peers.count(2);
    second?.write(PREAMBLE, bytesOf(welcomeFrame({ token: 't2', resume: 60_000, epoch: 2 })));
    expect(await again).toMatchObject({ epoch: 2, resumed: true });
  });
});
