import type { SystoleError } from '@systole/client';
import { createServer } from '@systole/server';
import { describe, expect, it } from 'vitest';
import { makeGate } from '../support/gate.ts';
import { endOf, namesOf, nextSession, optionsFor, startClient, startServer } from '../support/pair.ts';
import { dataFrame, encode, resultFrame } from '../support/raw-peer.ts';
import { lose, openResumable } from '../support/resuming.ts';

const SOON = { base: 10, cap: 10 };

const codeOf = (sent: Promise<unknown>): Promise<unknown> =>
  sent.then(
    (value) => value,
    ({ code }: SystoleError) => code,
  );

describe('a session between two connections', () => {
  it('D2: keeps the result of a handler that finishes meanwhile, and answers with the next connection', async () => {
    const gate = makeGate<string>();
    const server = await startServer({ keepalive: false, onMessage: () => gate.promise });
    const arrival = nextSession(server);
    const { peer, ticket } = await openResumable(server);
    const { session } = await arrival;
    peer.send(dataFrame(1, 'work'), { type: 'ping', number: 1 });
    await peer.next('pong');
    await lose(peer, session);
    gate.open('done');
    const { peer: next } = await openResumable(server, { ...ticket, epoch: 2 });
    expect(await next.next('result')).toMatchObject({ number: 1, ok: true, value: encode('done') });
    await lose(next, session);
    // It is told again until the client has said that it has it.
    const { peer: third } = await openResumable(server, { ...ticket, epoch: 3 });
    expect(await third.next('result')).toMatchObject({ number: 1, value: encode('done') });
    await lose(third, session);
    const { peer: last } = await openResumable(server, { ...ticket, epoch: 4, settled: 1 });
    last.send({ type: 'ping', number: 1 });
    await last.next('pong');
    expect(last.frames.all(({ type }) => type === 'result')).toEqual([]);
  });

  it('takes messages of the server, and brings them with the next connection: 3, in order', async () => {
    const server = await startServer({ keepalive: false });
    const arrival = nextSession(server);
    const { peer, ticket } = await openResumable(server);
    const { session } = await arrival;
    await lose(peer, session);
    const sent = [1, 2, 3].map((n) => session.send(n));
    expect(session.inspect()).toMatchObject({ state: 'waiting', queuedMessages: 3 });
    const { peer: next } = await openResumable(server, { ...ticket, epoch: 2 });
    await next.frames.until(() => next.frames.all(({ type }) => type === 'data').length === 3);
    expect(next.frames.all(({ type }) => type === 'data')).toEqual([1, 2, 3].map((n) => dataFrame(n, n)));
    next.send(resultFrame(3, 'all three'));
    expect(await Promise.all(sent)).toEqual([undefined, undefined, 'all three']);
  });

  it('is over with close(): its messages are handed back, and the client gets another', async () => {
    const server = await startServer({ keepalive: false });
    const arrival = nextSession(server);
    const { peer, ticket } = await openResumable(server);
    const { session, tape } = await arrival;
    const sent = codeOf(session.send('sent'));
    await peer.next('data');
    await lose(peer, session);
    const unsent = codeOf(session.send('unsent'));
    await session.close();
    expect(await Promise.all([sent, unsent])).toEqual(['ERR_IN_DOUBT', 'ERR_CLOSED']);
    expect(namesOf(tape)).toEqual(['connect', 'disconnect', 'end']);
    expect(server.inspect()).toMatchObject({ sessions: 0, parked: 0 });
    const again = await openResumable(server, { ...ticket, epoch: 2 });
    expect(again.ticket.session).not.toBe(ticket.session);
  });

  it('does not keep a server that closes: 3 that wait end at once', async () => {
    const server = await startServer({ keepalive: false });
    const ends: Promise<unknown>[] = [];
    for (let count = 0; count < 3; count += 1) {
      const arrival = nextSession(server);
      const { peer } = await openResumable(server);
      const { session, tape } = await arrival;
      await lose(peer, session);
      ends.push(endOf(tape));
    }
    expect(server.inspect()).toMatchObject({ sessions: 0, parked: 3 });
    await server.close();
    await Promise.all(ends);
    expect(server.inspect()).toMatchObject({ state: 'closed', sessions: 0, parked: 0 });
  });
});

describe('a server that was started again', () => {
  it('D4: does not know the session: ERR_IN_DOUBT for what was sent, and the rest goes to the new session', async () => {
    const first = createServer({ keepalive: false, closeTimeout: 0, onMessage: () => new Promise(() => {}) });
    const address = await first.listen({ port: 0, host: '127.0.0.1' });
    const arrival = nextSession(first);
    const client = startClient({ ...optionsFor(address), keepalive: false, reconnect: SOON });
    const sent = codeOf(client.send('sent'));
    const { session } = await arrival;
    await client.ready();
    await client.verify(); // the server has read it
    const lost = client.next('disconnect');
    await Promise.all([first.close(), lost]);
    const unsent = client.send('unsent');
    const connected = client.next('connect');
    await startServer({ onMessage: (message) => message }, address);
    expect(await sent).toBe('ERR_IN_DOUBT');
    expect(await connected).toMatchObject({ resumed: false });
    expect(await unsent).toBe('unsent');
    expect(client.id).not.toBe(session.id);
  });
});
