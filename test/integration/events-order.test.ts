import { describe, expect, it } from 'vitest';
import {
  namesOf,
  nextSession,
  optionsFor,
  payloadOf,
  record,
  startClient,
  startPair,
  startServer,
} from '../support/pair.ts';
import { bytesOf, listenRaw, PREAMBLE, RawPeer, welcomeFrame } from '../support/raw-peer.ts';

describe('the events of a session', () => {
  it('L6: are connect, suspect, dead, disconnect and end where a peer falls silent', async () => {
    const server = await startServer();
    const arrival = nextSession(server);
    await RawPeer.open(server.address);
    const { session, tape } = await arrival;
    await session.next('end');
    expect(namesOf(tape)).toEqual(['connect', 'suspect', 'dead', 'disconnect', 'end']);
    const dead = payloadOf(tape, 'dead');
    expect(dead).toMatchObject({ epoch: 1, cause: 'silent', evidence: { epoch: 1, phase: 'open', rttMs: undefined } });
    expect(dead.evidence.probesSent).toBeGreaterThanOrEqual(3);
    expect(payloadOf(tape, 'disconnect')).toEqual(dead);
    expect(payloadOf(tape, 'end')).toEqual({ cause: dead.cause, evidence: dead.evidence });
    expect(payloadOf(tape, 'suspect')).toMatchObject({ epoch: 1, probesSent: expect.any(Number) });
  });

  it('L2, L6: are suspect, alive, suspect and dead where 1 byte of a partial frame comes between two silences', async () => {
    const server = await startServer();
    const arrival = nextSession(server);
    const peer = await RawPeer.open(server.address);
    const { session, tape } = await arrival;
    await session.next('suspect');
    peer.write(Uint8Array.of(0x20)); // a frame of 32 bytes begins, and never goes on
    const { silenceMs } = await session.next('alive');
    expect(silenceMs).toBeGreaterThanOrEqual(100);
    await session.next('end');
    expect(namesOf(tape)).toEqual(['connect', 'suspect', 'alive', 'suspect', 'dead', 'disconnect', 'end']);
    // The second silence is a whole one: it began with the byte.
    expect(payloadOf(tape, 'dead').evidence.silenceMs).toBeGreaterThanOrEqual(0.9 * 200 + 300);
  });

  it('L6: are exactly 1 connect and 1 disconnect for each of 3 epochs, then end, last and once', async () => {
    const { peers, address } = await listenRaw();
    const client = startClient({ ...address, reconnect: { base: 10, cap: 10 } });
    const tape = record(client);
    for (const count of [1, 2, 3]) {
      const peer = (await peers.count(count)).at(-1);
      await peer?.next('hello');
      const connected = client.next('connect');
      peer?.write(PREAMBLE, bytesOf(welcomeFrame()));
      await connected;
      expect(client.epoch).toBe(count);
      const gone = client.next(count === 3 ? 'end' : 'disconnect');
      if (count === 3) client.destroy();
      else peer?.socket.destroy();
      await gone;
    }
    client.destroy();
    await client.close();
    expect(tape.items.map(({ type, payload }) => ('epoch' in payload ? `${type} ${payload.epoch}` : type))).toEqual([
      'connect 1',
      'disconnect 1',
      'reconnecting',
      'connect 2',
      'disconnect 2',
      'reconnecting',
      'connect 3',
      'disconnect 3',
      'end',
    ]);
    expect(payloadOf(tape, 'end').cause).toBe('closed-locally');
  });

  it('L6: are 1 end and nothing else for a client that never gets through', async () => {
    const { net, address } = await listenRaw();
    net.close();
    const client = startClient(address);
    const tape = record(client);
    await client.next('end');
    expect(namesOf(tape)).toEqual(['end']);
  });

  it('L9: are over with end, whatever comes on the wire afterwards', async () => {
    const server = await startServer();
    const arrival = nextSession(server);
    const peer = await RawPeer.open(server.address);
    const { session, tape } = await arrival;
    session.destroy();
    peer.send({ type: 'ping', number: 1 }, { type: 'data', number: 1, part: 'whole', payload: Uint8Array.of(0xc0) });
    await peer.closed();
    expect(namesOf(tape)).toEqual(['connect', 'disconnect', 'end']);
    expect(payloadOf(tape, 'end').cause).toBe('closed-locally');
    await expect(session.next('connect')).rejects.toMatchObject({ code: 'ERR_CLOSED' });
  });

  it('begin with 1 session event of the server, before the connect of that session', async () => {
    const server = await startServer();
    const told: string[] = [];
    server.on('session', (session) => {
      told.push(`session ${server.sessions.has(session)}`);
      session.on('connect', () => told.push('connect'));
    });
    const client = startClient(optionsFor(server.address));
    await client.ready();
    await client.send('the server has told all by now').catch(() => undefined);
    expect(told).toEqual(['session true', 'connect']);
  });

  it('carry identity: both ends know the same session id, and each the metadata of the other', async () => {
    const { client, session } = await startPair({
      server: { metadata: { name: 'gateway' } },
      client: { metadata: { name: 'sensor 7' } },
    });
    expect(client.id).toBe(session.id);
    expect(client.id).not.toBe('');
    expect(client.peer?.metadata).toEqual({ name: 'gateway' });
    expect(session.peer?.metadata).toEqual({ name: 'sensor 7' });
    expect(session.address).toMatch(/^127\.0\.0\.1:\d+$/);
    expect([client.epoch, session.epoch]).toEqual([1, 1]);
  });
});
