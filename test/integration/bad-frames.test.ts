import type { Cause, Session } from '@systole/server';
import { describe, expect, it } from 'vitest';
import type { Told } from '../support/pair.ts';
import { namesOf, nextSession, payloadOf, startClient, startPair } from '../support/pair.ts';
import {
  ackFrame,
  bytesOf,
  dataFrame,
  helloFrame,
  listenRaw,
  mapOf,
  PREAMBLE,
  RawPeer,
  rawFrame,
  resultFrame,
  welcomeFrame,
} from '../support/raw-peer.ts';
import type { Tape } from '../support/tape.ts';

interface Breach {
  readonly what: string;
  readonly bytes: Uint8Array;
  readonly cause: Cause;
  /** What CLOSE and evidence say. */
  readonly detail: RegExp;
}

const data = (number: number): Uint8Array => bytesOf(dataFrame(number, 'x'));
const ping = (number: number): Uint8Array => bytesOf({ type: 'ping', number });
const CAUSE = 'protocol-error';

const BREACHES: readonly Breach[] = [
  { what: 'a frame of the length 0', bytes: Uint8Array.of(0), cause: CAUSE, detail: /length 0/ },
  {
    what: 'a length of 65537, one above the limit',
    bytes: Uint8Array.of(0x80, 0x01, 0x00, 0x01),
    cause: CAUSE,
    detail: /65537, over the limit of 65536/,
  },
  {
    what: 'a length of 2^53-1',
    bytes: Uint8Array.of(0xc0, 0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
    cause: CAUSE,
    detail: /over the limit/,
  },
  {
    what: 'a length in 2 bytes that takes 1',
    bytes: Uint8Array.of(0x40, 0x02, 0x03, 0x01),
    cause: CAUSE,
    detail: /takes 2 bytes, not its shortest form/,
  },
  {
    what: 'an unknown mandatory type, 0x30',
    bytes: rawFrame(0x30, 1, 2, 3),
    cause: CAUSE,
    detail: /unknown frame type 48/,
  },
  { what: 'a PING without its number', bytes: rawFrame(0x03), cause: CAUSE, detail: /ends early/ },
  { what: 'a PING with the number 0', bytes: rawFrame(0x03, 0), cause: CAUSE, detail: /PING has the number 0/ },
  {
    what: 'a PING with a byte too many',
    bytes: rawFrame(0x03, 1, 1),
    cause: CAUSE,
    detail: /PING has 1 bytes too many/,
  },
  {
    what: 'a PING whose number is not in its shortest form',
    bytes: rawFrame(0x03, 0x40, 0x25),
    cause: CAUSE,
    detail: /shortest form/,
  },
  { what: 'DATA with the number 2 first', bytes: data(2), cause: CAUSE, detail: /message 2, where 1 was the next/ },
  {
    what: 'DATA with the same number twice',
    bytes: Buffer.concat([data(1), data(1)]),
    cause: CAUSE,
    detail: /message 1, where 2 was the next/,
  },
  { what: 'DATA with a mark that is none, 4', bytes: rawFrame(0x05, 1, 4, 0xc0), cause: CAUSE, detail: /mark 4/ },
  { what: 'a first part of 1 byte', bytes: rawFrame(0x05, 1, 1, 0xc0), cause: CAUSE, detail: /of 1 bytes, under 1024/ },
  {
    what: 'a last part that nothing precedes',
    bytes: rawFrame(0x05, 1, 3, 0xc0),
    cause: CAUSE,
    detail: /DATA is last/,
  },
  {
    what: 'an ACK of a message that was never sent',
    bytes: bytesOf(ackFrame({ received: 1, handled: 0 })),
    cause: CAUSE,
    detail: /message 1, where 0 was the last/,
  },
  {
    what: 'an ACK that has handled more than it received',
    bytes: rawFrame(0x07, 0, 1, 0, 0, 0),
    cause: CAUSE,
    detail: /handled 1, above received 0/,
  },
  {
    what: 'a RESULT of a message that was never sent',
    bytes: bytesOf(resultFrame(1, 1)),
    cause: CAUSE,
    detail: /message 1, where 0 was the last/,
  },
  { what: 'a RESULT with the status 5', bytes: rawFrame(0x06, 1, 5), cause: CAUSE, detail: /status 5/ },
  {
    what: 'an ACK that takes credit back',
    bytes: bytesOf(ackFrame({ limit: 2 ** 41 }), ackFrame({ limit: 2 ** 40 })),
    cause: CAUSE,
    detail: /limit goes back/,
  },
  {
    what: 'an ACK that has read more than was sent',
    bytes: bytesOf(ackFrame({ read: 2 ** 30 })),
    cause: CAUSE,
    detail: /read/,
  },
  { what: 'a CLOSE with the scope 2', bytes: rawFrame(0x08, 2, 0, 0, 0, 0), cause: CAUSE, detail: /scope 2/ },
  { what: 'a second HELLO', bytes: bytesOf(helloFrame()), cause: CAUSE, detail: /HELLO came after the handshake/ },
  {
    what: 'a WELCOME from a client',
    bytes: bytesOf(welcomeFrame()),
    cause: CAUSE,
    detail: /WELCOME came after the handshake/,
  },
  {
    what: '20 PINGs at once',
    bytes: Buffer.concat(Array.from({ length: 20 }, (_, index) => ping(index + 1))),
    cause: 'too-many-pings',
    detail: /^$/,
  },
];

/** Waits until this end has read what the peer wrote before: PING and PONG go behind it. */
async function roundTrip(peer: RawPeer, number: number): Promise<void> {
  peer.send({ type: 'ping', number });
  await peer.frames.first((frame) => frame.type === 'pong' && frame.number === number);
}

interface Victim {
  readonly peer: RawPeer;
  readonly session: Session;
  readonly tape: Tape<Told>;
  readonly undisturbed: () => Promise<void>;
}

/** A raw peer that has introduced itself to a server which has another session too. */
async function openVictim(): Promise<Victim> {
  const { server, client, clientTape } = await startPair({
    server: { keepalive: false, onMessage: (message) => message },
  });
  const arrival = nextSession(server);
  const peer = await RawPeer.open(server.address);
  const { session, tape } = await arrival;
  const undisturbed = async (): Promise<void> => {
    expect(await client.send('undisturbed')).toBe('undisturbed');
    expect(namesOf(clientTape)).toEqual(['connect']);
    expect(server.inspect()).toMatchObject({ sessions: 1, arrivals: 0 });
  };
  return { peer, session, tape, undisturbed };
}

describe('a breach of the protocol after the handshake', () => {
  it.each(BREACHES)('ends this connection alone, and is told in CLOSE: $what', async ({ bytes, cause, detail }) => {
    const { peer, tape, undisturbed } = await openVictim();
    peer.write(bytes);
    expect(await peer.next('close')).toMatchObject({
      scope: 'connection',
      code: cause,
      reason: expect.stringMatching(detail),
    });
    await peer.closed();
    expect(namesOf(tape)).toEqual(['connect', 'disconnect', 'end']);
    const { evidence } = payloadOf(tape, 'disconnect');
    expect(payloadOf(tape, 'disconnect').cause).toBe(cause);
    expect(evidence.phase).toBe('open');
    expect(evidence.detail ?? '').toMatch(detail);
    await undisturbed();
  });

  it('is no breach: an unknown optional type, 0x80 and 0xff, is skipped', async () => {
    const { peer, tape } = await openVictim();
    peer.write(rawFrame(0x80, 1, 2, 3), rawFrame(0xff), ping(7));
    expect(await peer.next('pong')).toEqual({ type: 'pong', number: 7 });
    expect(namesOf(tape)).toEqual(['connect']);
  });

  it('L7: is no breach: PONGs that answer nothing, late and repeated ones', async () => {
    const { peer, tape } = await openVictim();
    peer.send({ type: 'pong', number: 1 }, { type: 'pong', number: 1 }, { type: 'pong', number: 2 ** 52 });
    await roundTrip(peer, 1);
    expect(namesOf(tape)).toEqual(['connect']);
  });

  it('is no breach: a CLOSE with a code of the future, which is closed-by-peer', async () => {
    const { peer, session, tape } = await openVictim();
    peer.write(rawFrame(0x08, 1, 63, 0, 0, 0));
    await session.next('end').catch(() => undefined);
    await peer.closed();
    expect(payloadOf(tape, 'disconnect')).toMatchObject({ cause: 'closed-by-peer', evidence: { code: 'unknown' } });
  });

  it('is no breach: a frame that FIN cuts off is eof', async () => {
    const { peer, tape, undisturbed } = await openVictim();
    peer.socket.end(data(1).subarray(0, 3));
    await peer.closed();
    expect(payloadOf(tape, 'disconnect')).toMatchObject({ cause: 'eof', evidence: { hint: 'crash' } });
    await undisturbed();
  });

  it('L7: is no breach: 4 PINGs at once, of which the newest is answered', async () => {
    const { peer, tape } = await openVictim();
    peer.write(ping(1), ping(2), ping(3), ping(4));
    await peer.frames.first(({ type }) => type === 'pong');
    expect(peer.frames.all(({ type }) => type === 'pong')).toEqual([{ type: 'pong', number: 4 }]);
    expect(namesOf(tape)).toEqual(['connect']);
  });

  it('hands a message that no codec can read back to its sender, and goes on', async () => {
    const { peer, tape } = await openVictim();
    peer.send({ type: 'data', number: 1, part: 'whole', payload: Uint8Array.of(0xc1) }, dataFrame(2, 'good'));
    expect(await peer.frames.first((frame) => frame.type === 'ack' && frame.handled === 2)).toBeDefined();
    expect(peer.frames.all(({ type }) => type === 'result')).toMatchObject([
      { number: 1, ok: false, code: 'undecodable' },
      { number: 2, ok: true },
    ]);
    expect(namesOf(tape)).toEqual(['connect']);
  });
});

describe('a breach of the protocol before the handshake is over', () => {
  it.each([
    { what: 'DATA where HELLO was due', bytes: data(1), detail: /DATA came where HELLO was due/ },
    {
      what: 'PING behind HELLO, before WELCOME',
      bytes: Buffer.concat([bytesOf(helloFrame()), ping(1)]),
      detail: /PING came before WELCOME/,
    },
    {
      what: 'a HELLO of 16385 bytes',
      bytes: Uint8Array.of(0x80, 0x00, 0x40, 0x01),
      detail: /16385, over the limit of 16384/,
    },
    { what: 'a HELLO that is not MessagePack', bytes: rawFrame(0x01, 0xc1), detail: /HELLO is not plain MessagePack/ },
    {
      what: 'a HELLO without a codec',
      bytes: bytesOf(helloFrame({ codec: undefined })),
      detail: /HELLO\.codec must be/,
    },
    {
      what: 'a HELLO with a triple of zeros',
      bytes: bytesOf(helloFrame({ keepalive: [0, 0, 0] })),
      detail: /HELLO\.keepalive/,
    },
  ])('is rejected with protocol-error, and told so: $what', async ({ bytes, detail }) => {
    const { server, client } = await startPair({ server: { onMessage: (message) => message } });
    const rejected = server.next('rejected');
    const peer = await RawPeer.connect(server.address);
    peer.write(PREAMBLE, bytes);
    expect(await rejected).toMatchObject({
      cause: 'protocol-error',
      evidence: { phase: 'handshake', detail: expect.stringMatching(detail) },
    });
    expect(await peer.next('close')).toMatchObject({ code: 'protocol-error', reason: expect.stringMatching(detail) });
    await peer.closed();
    expect(server.inspect()).toMatchObject({ sessions: 1, arrivals: 0 });
    expect(await client.send(1)).toBe(1);
  });
});

describe('a server that breaks the protocol', () => {
  it.each([
    { what: 'a second WELCOME', bytes: bytesOf(welcomeFrame()), cause: 'protocol-error' },
    { what: 'DATA with the number 3 first', bytes: data(3), cause: 'protocol-error' },
    {
      what: '20 PINGs at once',
      bytes: Buffer.concat(Array.from({ length: 20 }, (_, index) => ping(index + 1))),
      cause: 'too-many-pings',
    },
  ])('loses its client for now, which says why and comes back without its session: $what', async ({ bytes, cause }) => {
    const { peers, address } = await listenRaw();
    const client = startClient({ ...address, reconnect: { base: 10, cap: 10 } });
    const peer = await peers.first();
    peer.write(PREAMBLE, bytesOf(welcomeFrame({ token: 't', resume: 60_000 })));
    await client.ready();
    const [gone, again] = [client.next('disconnect'), client.next('reconnecting')];
    peer.write(bytes);
    expect((await gone).cause).toBe(cause);
    expect(await again).toMatchObject({ attempt: 1, cause });
    expect(await peer.next('close')).toMatchObject({ code: cause });
    const second = await peers.first((other) => other !== peer);
    expect(mapOf(await second.next('hello'))).toMatchObject({ session: '', token: '' });
  });

  it.each([
    {
      what: 'PONG where WELCOME was due',
      bytes: bytesOf({ type: 'pong', number: 1 }),
      detail: /PONG came where WELCOME was due/,
    },
    { what: 'a WELCOME without a session', bytes: bytesOf(welcomeFrame({ session: '' })), detail: /WELCOME\.session/ },
  ])('is protocol-error for a client that is still connecting: $what', async ({ bytes, detail }) => {
    const { peers, address } = await listenRaw();
    const client = startClient(address);
    const end = client.next('end');
    (await peers.first()).write(PREAMBLE, bytes);
    expect(await end).toMatchObject({
      cause: 'protocol-error',
      evidence: { phase: 'handshake', detail: expect.stringMatching(detail) },
    });
  });
});
