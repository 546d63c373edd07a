import type { EvictedEvent, Server, Session } from '@systole/server';
import { describe, expect, it } from 'vitest';
import { namesOf, nextSession, startServer, type Told } from '../support/pair.ts';
import { lose, openResumable, type Ticket } from '../support/resuming.ts';
import type { Tape } from '../support/tape.ts';

interface Parked {
  readonly session: Session;
  readonly tape: Tape<Told>;
  readonly ticket: Ticket;
}

/** A session that waits for its client. */
async function park(server: Server, credentials: unknown = null): Promise<Parked> {
  const arrival = nextSession(server);
  const { peer, ticket } = await openResumable(server, { credentials });
  const { session, tape } = await arrival;
  await lose(peer, session);
  return { session, tape, ticket };
}

function recordEvictions(server: Server): EvictedEvent[] {
  const evictions: EvictedEvent[] = [];
  server.on('evicted', (event) => evictions.push(event));
  return evictions;
}

describe('sessions that wait to be resumed', () => {
  it('are 2 at most with maxParkedSessions 2: the longest parked goes', async () => {
    const server = await startServer({ keepalive: false, maxParkedSessions: 2 });
    const evictions = recordEvictions(server);
    const parked = [await park(server), await park(server), await park(server)];
    expect(evictions).toEqual([{ session: parked[0]?.session, bound: 'sessions' }]);
    expect(parked.map(({ tape }) => namesOf(tape).at(-1))).toEqual(['end', 'disconnect', 'disconnect']);
    expect(server.inspect().parked).toBe(2);
    const back = await openResumable(server, { ...parked[1]?.ticket, epoch: 2 });
    expect(back.ticket.session).toBe(parked[1]?.session.id);
  });

  it('hold 10,000 bytes at most with maxParkedBytes 10,000, what they are sent meanwhile included', async () => {
    const server = await startServer({ keepalive: false, maxParkedBytes: 10_000 });
    const evictions = recordEvictions(server);
    const [old, fresh] = [await park(server), await park(server)];
    const sent = old.session.send(new Uint8Array(6_000)).catch((error: { code: string }) => error.code);
    expect(evictions).toEqual([]);
    const kept = fresh.session.send(new Uint8Array(6_000)).catch((error: { code: string }) => error.code);
    expect(await sent).toBe('ERR_CLOSED');
    expect(evictions).toEqual([{ session: old.session, bound: 'bytes' }]);
    expect(fresh.session.inspect()).toMatchObject({ state: 'waiting', queuedMessages: 1 });
    fresh.session.destroy();
    expect(await kept).toBe('ERR_CLOSED');
  });

  it('are 1 of one identity with maxParkedPerIdentity 1, and others are not driven out', async () => {
    const server = await startServer({
      keepalive: false,
      maxParkedPerIdentity: 1,
      authenticate: ({ credentials }) => credentials,
    });
    const evictions = recordEvictions(server);
    const other = await park(server, 'eve');
    const [first, second] = [await park(server, 'ann'), await park(server, 'ann')];
    expect(evictions).toEqual([{ session: first.session, bound: 'identity' }]);
    expect([other, first, second].map(({ tape }) => namesOf(tape).at(-1))).toEqual(['disconnect', 'end', 'disconnect']);
  });
});
