import type { SystoleError } from '@systole/client';
import { ManualClock } from '@systole/testing';
import { describe, expect, it } from 'vitest';
import { namesOf, nextSession, payloadOf, startClient, startServer } from '../support/pair.ts';
import { ackFrame, bytesOf, listenRaw, mapOf, PREAMBLE, welcomeFrame } from '../support/raw-peer.ts';
import { lose, openResumable } from '../support/resuming.ts';

const codeOf = (sent: Promise<unknown>): Promise<unknown> =>
  sent.then(
    (value) => value,
    ({ code }: SystoleError) => code,
  );

/** The parking looks at its sessions once a second. */
const SWEEP_MS = 1_000;

describe('the window in which a session can be resumed', () => {
  it.each([
    { mine: '2m', theirs: 30_000, windowMs: 30_000 },
    { mine: '10s', theirs: 30_000, windowMs: 10_000 },
  ] as const)('is the shorter of $mine and $theirs ms: then the server tells end, and hands back', async (row) => {
    const clock = new ManualClock();
    const server = await startServer({ clock, keepalive: false, resumeWindow: row.mine });
    const arrival = nextSession(server);
    const { peer, ticket } = await openResumable(server, { resume: row.theirs });
    const { session, tape } = await arrival;
    const sent = codeOf(session.send('sent'));
    await peer.next('data');
    await lose(peer, session);
    const unsent = codeOf(session.send('unsent'));
    await clock.advanceAsync(row.windowMs - 1);
    expect(session.inspect().state).toBe('waiting');
    await clock.advanceAsync(1 + SWEEP_MS);
    expect(namesOf(tape)).toEqual(['connect', 'disconnect', 'end']);
    expect(payloadOf(tape, 'end').cause).toBe(payloadOf(tape, 'disconnect').cause);
    expect(await Promise.all([sent, unsent])).toEqual(['ERR_IN_DOUBT', 'ERR_CLOSED']);
    const again = await openResumable(server, { ...ticket, epoch: 2 });
    expect(again.ticket.session).not.toBe(ticket.session);
    expect(clock.nextAt).toBeUndefined();
  });

  it('D4: is over for the client too: after 30,000 ms ERR_IN_DOUBT for what was sent, and no other token is shown', async () => {
    const clock = new ManualClock();
    const { peers, address } = await listenRaw();
    const client = startClient({ ...address, clock, keepalive: false, reconnect: { base: 60_000 }, random: () => 0.9 });
    const sent = codeOf(client.send('sent'));
    const peer = await peers.first();
    peer.write(PREAMBLE, bytesOf(welcomeFrame({ token: 't', resume: 30_000 })));
    await peer.next('data');
    const waiting = client.next('reconnecting');
    peer.socket.destroy();
    await waiting;
    let outcome: unknown = 'unknown';
    void sent.then((code) => {
      outcome = code;
    });
    const unsent = codeOf(client.send('unsent'));
    await clock.advanceAsync(29_999);
    expect(outcome).toBe('unknown');
    await clock.advanceAsync(1);
    expect(outcome).toBe('ERR_IN_DOUBT');
    expect(client.inspect()).toMatchObject({ state: 'waiting', queuedMessages: 1 });
    await clock.advanceAsync(24_000); // 0.9 x 60,000 in all: it dials
    const [, second] = await peers.count(2);
    const hello = await second?.next('hello');
    expect(hello === undefined ? {} : mapOf(hello)).toMatchObject({ session: '', token: '', epoch: 2, settled: 0 });
    second?.write(PREAMBLE, bytesOf(welcomeFrame({ session: 's-2', epoch: 2 })));
    expect(await second?.next('data')).toMatchObject({ number: 1 });
    second?.send(ackFrame({ received: 1, handled: 1 }));
    expect(await unsent).toBeUndefined();
  });
});
