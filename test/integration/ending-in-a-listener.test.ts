import type { SessionEvents } from '@systole/client';
import { describe, expect, it } from 'vitest';
import { endOf, namesOf, nextSession, optionsFor, record, startClient, startServer } from '../support/pair.ts';
import { bytesOf, listenRaw, PREAMBLE, RawPeer, welcomeFrame } from '../support/raw-peer.ts';

const ORDERS: readonly { readonly at: keyof SessionEvents; readonly events: readonly string[] }[] = [
  { at: 'connect', events: ['connect', 'disconnect', 'end'] },
  { at: 'suspect', events: ['connect', 'suspect', 'disconnect', 'end'] },
  { at: 'dead', events: ['connect', 'suspect', 'dead', 'disconnect', 'end'] },
  { at: 'disconnect', events: ['connect', 'suspect', 'dead', 'disconnect', 'end'] },
  { at: 'reconnecting', events: ['connect', 'suspect', 'dead', 'disconnect', 'reconnecting', 'end'] },
];

describe('a listener that ends its session', () => {
  it.each(ORDERS)(
    'L6: with destroy() at $at of a client keeps the order of events: $events',
    async ({ at, events }) => {
      const { peers, address } = await listenRaw();
      const client = startClient({ ...address, reconnect: { base: 10, cap: 10 } });
      const tape = record(client);
      client.once(at, () => client.destroy());
      (await peers.first()).write(PREAMBLE, bytesOf(welcomeFrame())); // and then nothing: it is silent
      await endOf(tape);
      expect(namesOf(tape)).toEqual(events);
      expect(client.inspect().state).toBe('ended');
    },
  );

  it.each(ORDERS.slice(1, 3))('L6: with close() at $at of a server keeps it too: $events', async ({ at, events }) => {
    const server = await startServer({ closeTimeout: 100 }); // nobody answers its goodbye
    const arrival = nextSession(server);
    await RawPeer.open(server.address);
    const { session, tape } = await arrival;
    session.once(at, () => void session.close());
    await endOf(tape);
    expect(namesOf(tape)).toEqual(events);
    expect(server.sessions.size).toBe(0);
  });

  it('D1: in its handler answers nobody, and takes no further message', async () => {
    const handled: unknown[] = [];
    const server = await startServer({
      onMessage: (message, session) => {
        handled.push(message);
        session.destroy();
        return 'too late';
      },
    });
    const client = startClient(optionsFor(server.address));
    await Promise.all([1, 2, 3].map((n) => expect(client.send(n)).rejects.toMatchObject({ code: 'ERR_IN_DOUBT' })));
    expect(handled).toEqual([1]);
  });
});
