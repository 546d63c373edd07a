import { describe, expect, it } from 'vitest';
import { makeGate } from '../support/gate.ts';
import { namesOf, nextSession, payloadOf, startClient, startPair, startServer } from '../support/pair.ts';
import { bytesOf, helloFrame, listenRaw, PREAMBLE, RawPeer, rawFrame } from '../support/raw-peer.ts';
import { Tape } from '../support/tape.ts';

const ORDERLY = ['connect', 'disconnect', 'end'];

describe('close', () => {
  it('lets 6 messages under way finish, 3 in each direction', async () => {
    const gate = makeGate();
    const taken = new Tape<unknown>();
    const onMessage = async (message: unknown): Promise<string> => {
      taken.push(message);
      await gate.promise;
      return `handled ${message}`;
    };
    const { client, session, clientTape, serverTape } = await startPair({
      server: { onMessage },
      client: { onMessage },
    });
    const results = [0, 1, 2].map((n) => client.send(n)).concat([3, 4, 5].map((n) => session.send(n)));
    await taken.count(2); // one is being handled at each end, and two wait behind it
    const closed = Promise.all([client.close(), session.next('end')]);
    gate.open();
    expect(await Promise.all(results)).toEqual([0, 1, 2, 3, 4, 5].map((n) => `handled ${n}`));
    await closed;
    expect(payloadOf(clientTape, 'disconnect').cause).toBe('closed-locally');
    expect(payloadOf(serverTape, 'disconnect').cause).toBe('closed-by-peer');
  });

  it('takes no more messages at this end: ERR_CLOSED', async () => {
    const { client } = await startPair({ server: { onMessage: () => 'handled' } });
    const sent = client.send('before');
    const closed = client.close();
    await expect(client.send('after')).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    expect(await sent).toBe('handled');
    await closed;
    await expect(client.send('much later')).rejects.toMatchObject({ code: 'ERR_CLOSED' });
  });

  it('hands messages of the peer above the last accepted one back: ERR_CLOSED, never handled', async () => {
    const handled: unknown[] = [];
    const { client, session } = await startPair({ client: { onMessage: (message) => handled.push(message) } });
    const closed = client.close();
    await expect(session.send('too late')).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    await closed;
    expect(handled).toEqual([]);
  });

  it('gives up a handler that never returns after closeTimeout, and hands its message back: ERR_IN_DOUBT', async () => {
    const taken = makeGate();
    const onMessage = (): Promise<never> => {
      taken.open();
      return new Promise(() => {});
    };
    const { client, session, serverTape, clientTape } = await startPair({ server: { onMessage, closeTimeout: 300 } });
    const sent = client.send('for ever');
    await taken.promise;
    await Promise.all([
      session.close(),
      expect(sent).rejects.toMatchObject({ code: 'ERR_IN_DOUBT' }),
      client.next('end'),
    ]);
    expect(payloadOf(serverTape, 'disconnect')).toMatchObject({
      cause: 'closed-locally',
      evidence: { phase: 'closing', detail: 'the goodbye was not finished in time' },
    });
    expect(payloadOf(clientTape, 'disconnect').cause).toBe('closed-by-peer');
  });

  it('resolves for everybody who calls it, also when the session has ended', async () => {
    const { client, clientTape } = await startPair();
    await Promise.all([client.close(), client.close()]);
    await client.close();
    client.destroy();
    expect(namesOf(clientTape)).toEqual(ORDERLY);
  });

  it('ends a client that is still connecting', async () => {
    const { peers, address } = await listenRaw();
    const client = startClient(address);
    const peer = await peers.first();
    await peer.next('hello');
    const end = client.next('end');
    await client.close();
    expect((await end).cause).toBe('closed-locally');
    await peer.closed();
  });

  it('says CLOSE with the scope of the session, and then FIN, to a peer that waits with its own', async () => {
    const server = await startServer();
    const arrival = server.next('session');
    const peer = await RawPeer.open(server.address);
    const session = await arrival;
    const closed = session.close('enough');
    expect(await peer.next('close')).toEqual({
      type: 'close',
      scope: 'session',
      code: 'normal',
      lastAccepted: 0,
      retryAfterMs: 0,
      spreadMs: 0,
      reason: 'enough',
    });
    expect(peer.ending.items).toEqual([]); // no FIN yet
    peer.send({ ...(await peer.next('close')), reason: '' });
    expect(await peer.closed()).toEqual(['end', 'close']);
    await closed;
  });

  it('sends FIN, and reads to the FIN of the peer: what it still says is not answered with RST', async () => {
    const server = await startServer();
    const arrival = nextSession(server);
    const peer = await RawPeer.connect(server.address, true);
    peer.write(PREAMBLE, bytesOf(helloFrame()));
    const { session, tape } = await arrival;
    const closed = session.close();
    peer.send({ ...(await peer.next('close')), reason: '' });
    await peer.ending.first((how) => how === 'end');
    expect(session.inspect().state).toBe('closing');
    peer.write(rawFrame(0x80, 1, 2, 3)); // an optional frame that nobody knows
    peer.socket.end();
    expect(await peer.closed()).toEqual(['end', 'close']);
    await closed;
    expect(payloadOf(tape, 'end').cause).toBe('closed-locally');
  });

  it('is what await using does', async () => {
    const { client, session, serverTape } = await startPair();
    const end = session.next('end');
    {
      await using _client = client;
    }
    await end;
    expect(payloadOf(serverTape, 'disconnect').cause).toBe('closed-by-peer');
  });
});

describe('destroy', () => {
  it('ends it now: closed-locally here, and eof, without a goodbye, at the peer', async () => {
    const { client, session, clientTape, serverTape } = await startPair();
    const end = session.next('end');
    client.destroy();
    expect(namesOf(clientTape)).toEqual(ORDERLY); // before destroy returns
    await end;
    expect(payloadOf(clientTape, 'disconnect').cause).toBe('closed-locally');
    expect(payloadOf(serverTape, 'disconnect')).toMatchObject({ cause: 'eof', evidence: { hint: 'crash' } });
  });
});
