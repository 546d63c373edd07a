// A client came back while its old connection was half open. When that one's keepalive expired at last, the old worker published
// the will of the client, which was alive and well. https://github.com/HarperFast/harper/issues/1604

import type { Session } from '@systole/server';
import { describe, expect, it } from 'vitest';
import { endOf, FAST, namesOf, optionsFor, record, startClient, startServer } from '../support/pair.ts';
import { startProxyBefore } from '../support/proxied-pair.ts';
import { heldFor } from '../support/time.ts';

/** By then a watcher has judged a connection dead on which nothing comes. */
const BOUND_MS = FAST.idle + FAST.interval * FAST.probes;

describe('harper#1604', () => {
  it('the end of a half-open connection publishes no will of a client that is back: 1 session, 1 end, handled once', async () => {
    const handled: unknown[] = [];
    const wills: string[] = [];
    const sessions: Session[] = [];
    const server = await startServer({ onMessage: (message) => handled.push(message) });
    server.on('session', (session) => {
      sessions.push(session);
      session.on('end', ({ cause }) => wills.push(cause));
    });
    const proxy = await startProxyBefore(server);
    const client = startClient({ ...optionsFor(proxy.address), reconnect: { base: 10, cap: 10 } });
    await client.ready();
    const [old] = proxy.connections;
    const [session] = sessions;
    if (old === undefined || session === undefined) throw new Error('nobody has come');
    const tape = record(session);

    old.set('blackholed', 'toServer');
    const sent = client.send('into the old connection');
    const again = client.next('connect');
    old.reset('toClient'); // the client knows, the server does not
    expect(await again).toMatchObject({ epoch: 2, resumed: true });
    await sent;
    await heldFor(2 * BOUND_MS); // in which the keepalive of the old one would have expired
    old.set('open'); // and what was on its way there comes after all

    expect(await client.send('to the new one')).toBe(2);
    expect(handled).toEqual(['into the old connection', 'to the new one']);
    expect(wills).toEqual([]);
    expect(namesOf(tape).filter((name) => name !== 'suspect' && name !== 'alive')).toEqual(['disconnect', 'connect']);
    expect(tape.items.find(({ type }) => type === 'disconnect')).toMatchObject({
      payload: { epoch: 1, cause: 'superseded' },
    });

    await client.close();
    await endOf(tape);
    expect(wills).toEqual(['closed-by-peer']);
    expect(sessions).toEqual([session]);
  });
});
