import type { Session } from '@systole/server';
import { describe, expect, it } from 'vitest';
import { namesOf, nextSession, startServer } from '../support/pair.ts';
import { mapOf, type RawPeer } from '../support/raw-peer.ts';
import { knock, lose, openResumable, type Ticket } from '../support/resuming.ts';

/** Whoever comes with credentials has them as identity. */
const authenticate = ({ credentials }: { readonly credentials: unknown }): unknown => credentials;

/** The ticket that WELCOME has brought. */
async function ticketOf(peer: RawPeer): Promise<Ticket> {
  const { session, token } = mapOf(await peer.next('welcome'));
  return { session: String(session), token: String(token) };
}

async function roundTrip(peer: RawPeer, number: number): Promise<void> {
  peer.send({ type: 'ping', number });
  await peer.frames.first((frame) => frame.type === 'pong' && frame.number === number);
}

/** The session at the server, connected as it was, has not heard of anybody. */
function expectUndisturbed(session: Session, names: readonly string[]): void {
  expect(session.inspect()).toMatchObject({ state: 'open', epoch: 1 });
  expect(names).toEqual(['connect']);
}

describe('a token', () => {
  it('gives its session back, with a new token: epoch 2, resumed, after disconnect', async () => {
    const server = await startServer({ keepalive: false });
    const arrival = nextSession(server);
    const { peer, ticket } = await openResumable(server);
    const { session, tape } = await arrival;
    await lose(peer, session);
    expect(session.inspect().state).toBe('waiting');
    expect(server.inspect()).toMatchObject({ sessions: 0, parked: 1 });
    const again = await openResumable(server, { ...ticket, epoch: 2 });
    expect(again.ticket.session).toBe(ticket.session);
    expect(again.ticket.token).not.toBe(ticket.token);
    expect(tape.items.map(({ type, payload }) => [type, 'resumed' in payload && payload.resumed])).toEqual([
      ['connect', false],
      ['disconnect', false],
      ['connect', true],
    ]);
    expect(server.inspect()).toMatchObject({ sessions: 1, parked: 0, accepted: 2, rejected: 0 });
  });

  it.each([
    { what: 'a wrong one', forge: (ticket: Ticket) => ({ ...ticket, token: 'A'.repeat(ticket.token.length) }) },
    { what: 'an empty one', forge: (ticket: Ticket) => ({ ...ticket, token: '' }) },
    { what: 'half of it', forge: (ticket: Ticket) => ({ ...ticket, token: ticket.token.slice(0, 16) }) },
    { what: 'one for an unknown session', forge: (ticket: Ticket) => ({ ...ticket, session: 'nobody' }) },
  ])('that is not the right one gets another session, and the real one stays: $what', async ({ forge }) => {
    const server = await startServer({ keepalive: false });
    const arrival = nextSession(server);
    const { peer, ticket } = await openResumable(server);
    const { session, tape } = await arrival;
    const thief = await openResumable(server, { ...forge(ticket), epoch: 2, received: 0 });
    expect(thief.ticket.session).not.toBe(ticket.session);
    await roundTrip(peer, 1);
    expectUndisturbed(session, namesOf(tape));
    await lose(peer, session);
    const again = await openResumable(server, { ...ticket, epoch: 2 });
    expect(again.ticket.session).toBe(ticket.session);
  });

  it('that was stolen is worth nothing to another identity, and the real session can still be resumed', async () => {
    const server = await startServer({ keepalive: false, authenticate });
    const arrival = nextSession(server);
    const { peer, ticket } = await openResumable(server, { credentials: 'ann' });
    const { session, tape } = await arrival;
    const thief = await openResumable(server, { ...ticket, epoch: 2, credentials: 'eve' });
    expect(thief.ticket.session).not.toBe(ticket.session);
    await roundTrip(peer, 1);
    expectUndisturbed(session, namesOf(tape));
    await lose(peer, session);
    const again = await openResumable(server, { ...ticket, epoch: 2, credentials: 'ann' });
    expect(again.ticket.session).toBe(ticket.session);
  });

  it('that was used gets another session as soon as its client has sent 1 PING behind WELCOME', async () => {
    const server = await startServer({ keepalive: false });
    const arrival = nextSession(server);
    const { peer, ticket } = await openResumable(server);
    const { session } = await arrival;
    await lose(peer, session);
    const { peer: second } = await openResumable(server, { ...ticket, epoch: 2 });
    await roundTrip(second, 1);
    const thief = await openResumable(server, { ...ticket, epoch: 3 });
    expect(thief.ticket.session).not.toBe(ticket.session);
    expect(session.inspect()).toMatchObject({ state: 'open', epoch: 2 });
  });

  it.each([
    { mine: 1, theirs: '1' },
    { mine: '1', theirs: 1 },
    { mine: { id: 1 }, theirs: { id: '1' } },
    { mine: 1, theirs: true },
    { mine: 'ann', theirs: null },
  ])('is bound to the identity and its type: that of $mine is worth nothing to $theirs', async ({ mine, theirs }) => {
    const server = await startServer({ keepalive: false, authenticate });
    const arrival = nextSession(server);
    const { peer, ticket } = await openResumable(server, { credentials: mine });
    const { session } = await arrival;
    await lose(peer, session);
    const thief = await openResumable(server, { ...ticket, epoch: 2, credentials: theirs });
    expect(thief.ticket.session).not.toBe(ticket.session);
    const again = await openResumable(server, { ...ticket, epoch: 2, credentials: mine });
    expect(again.ticket.session).toBe(ticket.session);
  });

  it('that is stale gets another session: the client has used the one behind it', async () => {
    const server = await startServer({ keepalive: false });
    const arrival = nextSession(server);
    const { peer, ticket: first } = await openResumable(server);
    const { session } = await arrival;
    await lose(peer, session);
    const { peer: second, ticket } = await openResumable(server, { ...first, epoch: 2 });
    await lose(second, session);
    // Coming with the second token is the proof that it was received.
    const { peer: third } = await openResumable(server, { ...ticket, epoch: 3 });
    await lose(third, session);
    const stale = await openResumable(server, { ...first, epoch: 4 });
    expect(stale.ticket.session).not.toBe(session.id);
  });

  it('goes on being good where WELCOME with the next one is lost: 3 times in a row', async () => {
    const server = await startServer({ keepalive: false });
    const arrival = nextSession(server);
    const { peer, ticket } = await openResumable(server);
    const { session } = await arrival;
    await lose(peer, session);
    for (const epoch of [2, 3, 4]) {
      const lost = session.next('disconnect');
      // The client leaves behind its HELLO: what answers it finds nobody.
      (await knock(server, { ...ticket, epoch })).socket.end();
      await lost;
    }
    const back = await knock(server, { ...ticket, epoch: 5 });
    expect(await ticketOf(back)).toMatchObject({ session: ticket.session });
    expect(session.epoch).toBe(5);
  });

  it('is none where the client keeps nothing, or the server: no session waits', async () => {
    const server = await startServer({ keepalive: false });
    const arrival = nextSession(server);
    const { peer, ticket } = await openResumable(server, { resume: 0 });
    expect(ticket.token).toBe('');
    const { tape } = await arrival;
    peer.socket.destroy();
    await tape.first(({ type }) => type === 'end');
    const without = await startServer({ keepalive: false, resumeWindow: 0 });
    expect((await openResumable(without)).ticket.token).toBe('');
    expect(server.inspect()).toMatchObject({ sessions: 0, parked: 0 });
  });
});

describe('a HELLO that cannot be', () => {
  it.each([
    { what: 'received 1 of 0 that were sent', counters: { received: 1 }, reason: /received 1/ },
    { what: 'settled 1 of 0 that were handled', counters: { settled: 1 }, reason: /settled 1/ },
  ])('is protocol-error, and the session can still be resumed: $what', async ({ counters, reason }) => {
    const server = await startServer({ keepalive: false });
    const arrival = nextSession(server);
    const { peer, ticket } = await openResumable(server);
    const { session, tape } = await arrival;
    const rejected = server.next('rejected');
    const wrong = await knock(server, { ...ticket, epoch: 2, ...counters });
    expect(await wrong.next('close')).toMatchObject({
      code: 'protocol-error',
      reason: expect.stringMatching(reason),
    });
    expect((await rejected).cause).toBe('protocol-error');
    await roundTrip(peer, 1);
    expectUndisturbed(session, namesOf(tape));
    await lose(peer, session);
    const again = await openResumable(server, { ...ticket, epoch: 2 });
    expect(again.ticket.session).toBe(ticket.session);
  });
});
