import type { RejectedEvent } from '@systole/server';
import { describe, expect, it } from 'vitest';
import { countHandles } from '../support/handles.ts';
import { LogTape } from '../support/log-tape.ts';
import { namesOf, record, startClient, startPair, startServer } from '../support/pair.ts';
import { listenRaw, PREAMBLE, RawPeer } from '../support/raw-peer.ts';

const HTTP = Buffer.from('GET / HTTP/1.1\r\nHost: example.com\r\nUser-Agent: curl/8.5.0\r\n\r\n');

/** A TLS 1.2 record that holds the beginning of a ClientHello. */
const CLIENT_HELLO = Buffer.from(
  `16030100c8010000c40303${'ab'.repeat(32)}20${'cd'.repeat(32)}001a130113021303c02bc02f`,
  'hex',
);

/** Any bytes, the same in each run. */
const RANDOM = Buffer.from(Array.from({ length: 4_096 }, (_, index) => (index * 7 + 13) % 251));

interface Stranger {
  readonly who: string;
  readonly bytes: Uint8Array;
  /** Whether it sends FIN behind its bytes. */
  readonly ends: boolean;
  readonly cause: RejectedEvent['cause'];
  /** Default: warn. */
  readonly level?: 'debug';
}

const STRANGERS: readonly Stranger[] = [
  { who: 'an HTTP request', bytes: HTTP, ends: false, cause: 'not-our-protocol' },
  { who: 'a TLS ClientHello', bytes: CLIENT_HELLO, ends: false, cause: 'not-our-protocol' },
  { who: '4096 bytes of noise', bytes: RANDOM, ends: false, cause: 'not-our-protocol' },
  { who: 'a single wrong byte', bytes: Uint8Array.of(0), ends: false, cause: 'not-our-protocol' },
  {
    who: 'our magic with the last byte wrong',
    bytes: Uint8Array.of(0xe5, 0x53, 0x59, 0x54),
    ends: false,
    cause: 'not-our-protocol',
  },
  {
    who: 'our magic and the version 0',
    bytes: Uint8Array.of(0xe5, 0x53, 0x59, 0x53, 0),
    ends: false,
    cause: 'not-our-protocol',
  },
  { who: 'half a preamble and FIN', bytes: PREAMBLE.subarray(0, 2), ends: true, cause: 'eof' },
  { who: 'a FIN alone: a health check', bytes: new Uint8Array(0), ends: true, cause: 'eof', level: 'debug' },
];

describe('W1: a stranger at the door of a server', () => {
  it.each(STRANGERS)(
    'is told nothing, rejected once, logged with 1 line and forgotten: $who',
    async ({ bytes, ends, cause, level = 'warn' }) => {
      const logger = new LogTape();
      const { server, client, session, clientTape, serverTape } = await startPair({
        server: { logger, onMessage: (message) => message },
      });
      const sockets = await countHandles('TCPSocketWrap');
      const lines = logger.tape.items.length;
      const rejections: RejectedEvent[] = [];
      server.on('rejected', (event) => rejections.push(event));
      const rejected = server.next('rejected');

      const peer = await RawPeer.connect(server.address);
      peer.write(bytes);
      if (ends) peer.socket.end();
      const { address, evidence } = await rejected;
      await peer.closed();

      expect(peer.received.length).toBe(0);
      expect(rejections).toEqual([{ address, cause, evidence }]);
      expect(address).toMatch(/^127\.0\.0\.1:\d+$/);
      expect(evidence).toMatchObject({ phase: 'handshake', epoch: 0, probesSent: 0 });
      expect(logger.tape.items.slice(lines)).toEqual([
        { level, message: 'connection rejected', fields: { role: 'server', address, cause, evidence, count: 1 } },
      ]);
      expect(server.inspect()).toMatchObject({ arrivals: 0, sessions: 1 });
      expect(await countHandles('TCPSocketWrap')).toBe(sockets);

      expect(await client.send('undisturbed')).toBe('undisturbed');
      expect(namesOf(clientTape)).toEqual(['connect']);
      expect(namesOf(serverTape)).toEqual(['connect']);
      expect(session.inspect().state).toBe('open');
    },
  );

  it('is known by its first byte, before the rest of its preamble has come', async () => {
    const server = await startServer();
    const rejected = server.next('rejected');
    const peer = await RawPeer.connect(server.address);
    peer.write(Buffer.from('S')); // as in SSH-2.0-
    expect((await rejected).cause).toBe('not-our-protocol');
    await peer.closed();
  });

  it('does no harm 100 times over', async () => {
    const { server, client, clientTape } = await startPair({ server: { onMessage: (message) => message } });
    const sockets = await countHandles('TCPSocketWrap');
    let rejections = 0;
    server.on('rejected', () => {
      rejections += 1;
    });
    const peers = await Promise.all(Array.from({ length: 100 }, () => RawPeer.connect(server.address)));
    for (const [index, peer] of peers.entries()) peer.write([HTTP, CLIENT_HELLO, RANDOM][index % 3] ?? HTTP);
    await Promise.all(peers.map((peer) => peer.closed()));
    expect(peers.reduce((sum, { received }) => sum + received.length, 0)).toBe(0);
    expect(rejections).toBe(100);
    expect(server.inspect()).toMatchObject({ arrivals: 0, sessions: 1 });
    expect(await countHandles('TCPSocketWrap')).toBe(sockets);
    expect(await client.send(1)).toBe(1);
    expect(namesOf(clientTape)).toEqual(['connect']);
  });
});

describe('W1: a stranger that a client has dialled', () => {
  it.each([
    {
      who: 'a web server',
      bytes: Buffer.from('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'),
      cause: 'not-our-protocol',
    },
    { who: 'a mail server', bytes: Buffer.from('220 mail.example.com ESMTP\r\n'), cause: 'not-our-protocol' },
    { who: 'half a preamble and FIN', bytes: PREAMBLE.subarray(0, 3), cause: 'eof' },
  ] as const)('ends the attempt with its cause, and ready() with ERR_CONNECT: $who', async ({ bytes, cause }) => {
    const { peers, address } = await listenRaw();
    const client = startClient(address);
    const tape = record(client);
    (await peers.first()).socket.end(bytes);
    await expect(client.ready()).rejects.toMatchObject({
      code: 'ERR_CONNECT',
      message: expect.stringContaining(cause),
    });
    expect(tape.items).toMatchObject([{ type: 'end', payload: { cause, evidence: { phase: 'handshake' } } }]);
  });

  it('does not stop a client that reconnects: it comes again, as the port may be given to us', async () => {
    const { peers, address } = await listenRaw();
    const client = startClient({ ...address, reconnect: { base: 10, cap: 10 } });
    const again = client.next('reconnecting');
    (await peers.first()).socket.end('220 mail.example.com ESMTP\r\n');
    expect(await again).toMatchObject({ attempt: 1, cause: 'not-our-protocol' });
    await peers.count(2);
  });
});
