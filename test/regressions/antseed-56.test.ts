// The close of a half-open connection came late, when its peer had long been back, and deleted the entry of the peer: which was
// the new connection. https://github.com/AntSeed/antseed/issues/56

import type { ProxyConnection } from '@systole/testing/proxy';
import { describe, expect, it } from 'vitest';
import { endOf, namesOf, nextSession, optionsFor, payloadOf, record, startClient } from '../support/pair.ts';
import type { ProxiedPair } from '../support/proxied-pair.ts';
import { startProxiedPair } from '../support/proxied-pair.ts';

/** The oldest connection through the proxy. */
function firstOf({ proxy }: ProxiedPair): ProxyConnection {
  const [first] = proxy.connections;
  if (first === undefined) throw new Error('nobody has come');
  return first;
}

describe('antseed#56', () => {
  it('the late close of a connection whose session another one has taken on touches nothing of it, in 2 epochs', async () => {
    const pair = await startProxiedPair({
      server: { keepalive: false, onMessage: (message) => message },
      client: { reconnect: { base: 20, cap: 20 } },
    });
    const { server, client, session, clientTape, serverTape } = pair;
    const old = firstOf(pair);
    const again = client.next('connect');
    old.set('blackholed'); // the client finds out; the server, which does not watch, believes it alive
    expect(await again).toMatchObject({ epoch: 2, resumed: true });
    expect(payloadOf(clientTape, 'disconnect').cause).toBe('silent');
    // Now arrives what the client had sent on the old one: its PINGs, its CLOSE `judged-dead`, its FIN.
    old.set('open');
    old.fin();
    expect(await client.send('there')).toBe('there');
    await session.verify();
    expect(namesOf(serverTape)).toEqual(['connect', 'disconnect', 'connect']);
    expect(payloadOf(serverTape, 'disconnect')).toMatchObject({ epoch: 1, cause: 'superseded' });
    expect([...server.sessions]).toEqual([session]);
    expect(server.inspect()).toMatchObject({ sessions: 1, parked: 0 });
  });

  it('the late verdict about a half-open connection ends its session alone, and not the new one of the same identity', async () => {
    const pair = await startProxiedPair({
      server: { authenticate: ({ credentials }) => credentials, onMessage: (message) => message },
      client: { credentials: 'peer 7', keepalive: false },
    });
    const { server, session: old, serverTape: oldTape } = pair;
    firstOf(pair).reset('toClient'); // its host is gone, and the server is not told
    const arrival = nextSession(server);
    const client = startClient({ ...optionsFor(pair.proxy.address), credentials: 'peer 7', keepalive: false });
    const tape = record(client);
    const { session, tape: newTape } = await arrival;
    expect(old.identity).toBe(session.identity);
    expect(server.sessions.size).toBe(2);
    expect((await oldTape.first(({ type }) => type === 'disconnect')).payload).toMatchObject({ cause: 'silent' });
    old.destroy(); // nobody comes back to it
    await endOf(oldTape);
    expect([...server.sessions]).toEqual([session]);
    expect(await client.send('still there')).toBe('still there');
    expect(await session.verify()).toBeGreaterThanOrEqual(0);
    expect([namesOf(tape), namesOf(newTape)]).toEqual([['connect'], ['connect']]);
  });
});
