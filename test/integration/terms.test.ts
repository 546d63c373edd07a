import { describe, expect, it } from 'vitest';
import { JSON_CODEC } from '../support/json-codec.ts';
import {
  endOf,
  namesOf,
  nextSession,
  optionsFor,
  payloadOf,
  record,
  startClient,
  startPair,
  startServer,
} from '../support/pair.ts';
import { bytesOf, helloFrame, listenRaw, RawPeer } from '../support/raw-peer.ts';

describe('the wire version', () => {
  it('W1: of a client that asks for version 9 is refused, and it is told that 1 is spoken', async () => {
    const server = await startServer();
    const rejected = server.next('rejected');
    const peer = await RawPeer.connect(server.address);
    peer.write(Uint8Array.of(0xe5, 0x53, 0x59, 0x53, 9));
    expect(await rejected).toMatchObject({
      cause: 'rejected',
      evidence: { detail: 'the peer asks for wire version 9, we speak 1' },
    });
    expect(await peer.closed()).toEqual(['end', 'close']);
    expect([...peer.received]).toEqual([0xe5, 0x53, 0x59, 0x53, 0, 1, 1]);
  });

  it('W1: is told also to a client that has sent its whole HELLO behind it', async () => {
    const server = await startServer();
    const peer = await RawPeer.connect(server.address);
    peer.write(Uint8Array.of(0xe5, 0x53, 0x59, 0x53, 2), bytesOf(helloFrame()));
    await peer.closed();
    expect([...peer.received]).toEqual([0xe5, 0x53, 0x59, 0x53, 0, 1, 1]);
  });

  it('W1: of a server that speaks 7 and 8 only stops a client for good, which says so', async () => {
    const { peers, address } = await listenRaw();
    const client = startClient({ ...address, reconnect: { base: 10, cap: 10 } });
    const tape = record(client);
    (await peers.first()).socket.end(Uint8Array.of(0xe5, 0x53, 0x59, 0x53, 0, 2, 7, 8));
    await client.next('end');
    expect(namesOf(tape)).toEqual(['end']);
    expect(payloadOf(tape, 'end')).toMatchObject({
      cause: 'rejected',
      evidence: { detail: 'the peer speaks wire version 7, 8 only' },
    });
  });
});

describe('the codec', () => {
  it('is agreed where both ends have one of the same name', async () => {
    const { client } = await startPair({
      server: { codec: JSON_CODEC, onMessage: (message) => message },
      client: { codec: JSON_CODEC },
    });
    expect(await client.send({ when: new Date(0) })).toEqual({ when: '1970-01-01T00:00:00.000Z' });
  });

  it('is refused by the server where the names differ, and the client stops', async () => {
    const server = await startServer();
    const rejected = server.next('rejected');
    const client = startClient({
      ...optionsFor(server.address),
      codec: JSON_CODEC,
      reconnect: { base: 10, cap: 10 },
    });
    const tape = record(client);
    await expect(client.ready()).rejects.toMatchObject({
      code: 'ERR_CONNECT',
      message: expect.stringContaining('rejected'),
    });
    const detail = "codecs must be the same: ours is msgpack, the peer's is json";
    expect(await rejected).toMatchObject({ cause: 'rejected', evidence: { detail } });
    expect(namesOf(tape)).toEqual(['end']);
    expect(payloadOf(tape, 'end')).toMatchObject({ cause: 'rejected', evidence: { code: 'incompatible', detail } });
  });
});

describe('a strict triple', () => {
  const STRICT = { strict: true, keepalive: { idle: 200, interval: 100, probes: 3 } } as const;

  it('of a client that the server would raise is refused by the client itself, which stops', async () => {
    const server = await startServer({ minPingInterval: '1s' });
    const arrival = nextSession(server);
    const client = startClient({ ...optionsFor(server.address), ...STRICT, reconnect: { base: 10, cap: 10 } });
    const tape = record(client);
    await client.next('end');
    expect(namesOf(tape)).toEqual(['end']);
    expect(payloadOf(tape, 'end')).toMatchObject({
      cause: 'rejected',
      evidence: { phase: 'handshake', detail: expect.stringContaining('a PING each 1000 ms') },
    });
    // The server had accepted it, and is told why it went.
    const { tape: serverTape } = await arrival;
    await endOf(serverTape);
    expect(server.inspect().parked).toBe(0);
    expect(payloadOf(serverTape, 'disconnect')).toMatchObject({
      cause: 'rejected',
      evidence: { code: 'incompatible' },
    });
  });

  it('of a server that the client would raise is refused by the server, and the client stops', async () => {
    const server = await startServer(STRICT);
    const rejected = server.next('rejected');
    const client = startClient({
      ...optionsFor(server.address),
      minPingInterval: '1s',
      reconnect: { base: 10, cap: 10 },
    });
    const tape = record(client);
    await client.next('end');
    expect(await rejected).toMatchObject({
      cause: 'rejected',
      evidence: { detail: expect.stringContaining('a PING each 1000 ms') },
    });
    expect(namesOf(tape)).toEqual(['end']);
    expect(payloadOf(tape, 'end')).toMatchObject({ cause: 'rejected', evidence: { code: 'incompatible' } });
  });

  it('that nobody raises is kept', async () => {
    const { clientTape, serverTape } = await startPair({ server: STRICT, client: STRICT });
    for (const tape of [clientTape, serverTape]) {
      expect(payloadOf(tape, 'connect')).toMatchObject({ boundMs: 500, raised: false });
    }
  });
});
