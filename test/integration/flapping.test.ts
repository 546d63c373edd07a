import { ManualClock } from '@systole/testing';
import { describe, expect, it } from 'vitest';
import { namesOf, nextSession, startServer } from '../support/pair.ts';
import { knock, openResumable } from '../support/resuming.ts';

describe('a session that changes its connection too often', () => {
  it('has 10 changes at once; the 11th peer is told to come back after 5,000 ms, and disturbs nobody', async () => {
    const clock = new ManualClock();
    const server = await startServer({ clock, keepalive: false });
    const arrival = nextSession(server);
    let { ticket } = await openResumable(server);
    const { session, tape } = await arrival;
    for (let epoch = 2; epoch <= 11; epoch += 1) ({ ticket } = await openResumable(server, { ...ticket, epoch }));
    expect(session.epoch).toBe(11);
    const told = namesOf(tape);
    const rejected = server.next('rejected');
    const eleventh = await knock(server, { ...ticket, epoch: 12 });
    expect(await eleventh.next('close')).toMatchObject({
      code: 'going-away',
      retryAfterMs: 5_000,
      spreadMs: 1_000,
      reason: 'the session changes its connection too often',
    });
    expect(await rejected).toMatchObject({ evidence: { code: 'flapping' } });
    expect(namesOf(tape)).toEqual(told);
    expect(session.inspect()).toMatchObject({ state: 'open', epoch: 11 });
    await clock.advanceAsync(5_000);
    const again = await openResumable(server, { ...ticket, epoch: 12 });
    expect(again.ticket.session).toBe(session.id);
  });
});
