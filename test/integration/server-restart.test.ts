import type { TcpAddress } from '@systole/server';
import { describe, expect, it } from 'vitest';
import { makeGate } from '../support/gate.ts';
import { freshTarget, namesOf, optionsFor, payloadOf, startClient, startPair, startServer } from '../support/pair.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { DIALLED_TRANSPORTS, startServerOver } from '../support/transports.ts';

describe.each(DIALLED_TRANSPORTS)('a server that closes, over %s', (transport) => {
  it('is going-away for its client, which comes back to a new server at the same address', async () => {
    const { server, address, client, session, clientTape, serverTape } = await startPair({
      transport,
      client: { reconnect: { base: 50, cap: 50 } },
    });
    const firstId = session.id;
    await server.close();
    expect(server.address).toBeUndefined();
    expect(server.inspect()).toMatchObject({
      address: undefined,
      state: 'closed',
      sessions: 0,
      arrivals: 0,
      accepted: 1,
    });
    const again = client.next('connect');
    await startServerOver(transport, { onMessage: (message) => message }, address);
    expect((await again).epoch).toBe(2);
    expect(client.id).not.toBe(firstId); // sessions are not resumed yet
    expect(payloadOf(clientTape, 'disconnect')).toMatchObject({ cause: 'going-away', epoch: 1 });
    expect(payloadOf(serverTape, 'disconnect')).toMatchObject({ cause: 'closed-locally', epoch: 1 });
    expect(namesOf(serverTape)).toEqual(['connect', 'disconnect', 'end']);
    expect(await client.send('hello')).toBe('hello');
  });
});

describe('a server that closes', () => {
  it('says goodbye to all of its 5 clients, and tells each end once', async () => {
    const server = await startServer();
    const ended: string[] = [];
    server.on('session', (session) => session.on('end', ({ cause }) => ended.push(cause)));
    const clients = Array.from({ length: 5 }, () => startClient(optionsFor(server.address)));
    await Promise.all(clients.map((client) => client.ready()));
    const causes = Promise.all(clients.map((client) => client.next('end')));
    await server.close();
    expect(ended).toEqual(Array.from({ length: 5 }, () => 'closed-locally'));
    expect((await causes).map(({ cause }) => cause)).toEqual(Array.from({ length: 5 }, () => 'going-away'));
  });

  it('turns those away that have not introduced themselves, without a word', async () => {
    const server = await startServer();
    const peer = await RawPeer.connect(server.address);
    const pair = startClient(optionsFor(server.address));
    await pair.ready(); // so the peer before it has been accepted
    expect(server.inspect().arrivals).toBe(1);
    const rejected = server.next('rejected');
    await server.close();
    expect(await rejected).toMatchObject({ cause: 'closed-locally', evidence: { phase: 'handshake' } });
    await peer.closed();
    expect(peer.received.length).toBe(0);
  });

  it('resolves for everybody who calls it, and never listens again: ERR_CLOSED', async () => {
    const server = await startServer();
    await Promise.all([server.close(), server.close()]);
    await server.close();
    await expect(server.listen({ port: 0 })).rejects.toMatchObject({ code: 'ERR_CLOSED' });
  });

  it('keeps messages that were not sent for the next server', async () => {
    const { server, client } = await startPair({ client: { reconnect: { base: 50, cap: 50 } } });
    const address = server.address as TcpAddress;
    await server.close();
    const sent = [1, 2, 3].map((n) => client.send(n));
    await startServer({ onMessage: (message) => `second server: ${message}` }, address);
    expect(await Promise.all(sent)).toEqual([1, 2, 3].map((n) => `second server: ${n}`));
  });

  it('lets a message that is being handled finish', async () => {
    const gate = makeGate<string>();
    const taken = makeGate();
    const onMessage = (): Promise<string> => {
      taken.open();
      return gate.promise;
    };
    const { server, client } = await startPair({ server: { onMessage } });
    const sent = client.send('slow');
    await taken.promise;
    const closed = server.close();
    gate.open('finished');
    expect(await sent).toBe('finished');
    await closed;
  });

  it('is closed by await using', async () => {
    const server = await startServer({}, await freshTarget());
    {
      await using _server = server;
    }
    expect(server.address).toBeUndefined();
  });
});
