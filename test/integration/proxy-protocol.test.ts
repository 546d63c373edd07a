import type { PeerIntroduction } from '@systole/server';
import { createServer } from '@systole/server';
import { ManualClock } from '@systole/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { BALANCER, drip, relay, startBehind } from '../support/balancer.ts';
import { makeGate } from '../support/gate.ts';
import { countHandles } from '../support/handles.ts';
import { LogTape } from '../support/log-tape.ts';
import { freshPath, nextSession, startServer } from '../support/pair.ts';
import { connectFrom, HELLO, listenFor } from '../support/per-address.ts';
import {
  addition,
  binary,
  IPV4_BODY,
  IPV6_BODY,
  LOCAL,
  line,
  PROXY,
  SIGNATURE,
  TCP4,
  TCP6,
  UNIX_BODY,
  UNIX_STREAM,
  UNSPEC,
} from '../support/proxy-headers.ts';
import { dataFrame, RawPeer } from '../support/raw-peer.ts';

const STRANGER = '127.0.0.3';

const LINE = line('PROXY TCP4 192.0.2.7 192.0.2.1 51234 443');
const NOTHING = new Uint8Array(0);

describe('a server that believes a balancer', () => {
  it.each([
    { what: 'version 1, TCP4', header: LINE, address: '192.0.2.7:51234' },
    { what: 'version 1, TCP6', header: line('PROXY TCP6 2001:DB8:0::7 ::1 51234 443'), address: '[2001:db8::7]:51234' },
    { what: 'version 2, IPv4', header: binary(PROXY, TCP4, IPV4_BODY), address: '192.0.2.7:51234' },
    { what: 'version 2, IPv6', header: binary(PROXY, TCP6, IPV6_BODY), address: '[2001:db8::7]:51234' },
    {
      what: 'version 2 with 4000 bytes of additions',
      header: binary(PROXY, TCP6, Buffer.concat([IPV6_BODY, addition(0xe0, Buffer.alloc(4_000 - 3))])),
      address: '[2001:db8::7]:51234',
    },
    { what: 'version 2, Unix', header: binary(PROXY, UNIX_STREAM, UNIX_BODY), address: 'unix' },
  ])('takes the peer to be where it says: $what, at once and byte by byte', async ({ header, address }) => {
    for (const isSlow of header.length < 1_000 ? [false, true] : [false]) {
      const seen = makeGate<PeerIntroduction>();
      const logger = new LogTape();
      const server = await startBehind({ logger, authenticate: seen.open, onMessage: (message) => message });
      const arrival = nextSession(server);
      const peer = await connectFrom(BALANCER, server);
      if (isSlow) await drip(peer, header, HELLO);
      else peer.write(header, HELLO);
      await peer.next('welcome');
      const { session } = await arrival;
      expect((await seen.promise).address).toBe(address);
      expect(session.address).toBe(address);
      peer.send(dataFrame(1, 'through'));
      expect(await peer.next('result')).toMatchObject({ ok: true });
      const ended = session.next('end');
      peer.socket.destroy();
      await ended;
      expect(logger.tape.all(({ message }) => message === 'disconnected')).toMatchObject([{ fields: { address } }]);
      expect(server.inspect()).toMatchObject({ sessions: 0, arrivals: 0, accepted: 1, rejected: 0 });
    }
  });

  it.each([
    { what: 'UNKNOWN', header: line('PROXY UNKNOWN') },
    { what: 'LOCAL', header: binary(LOCAL, UNSPEC, NOTHING) },
    { what: 'LOCAL with addresses', header: binary(LOCAL, TCP4, IPV4_BODY) },
    { what: 'UNSPEC', header: binary(PROXY, UNSPEC, NOTHING) },
  ])('takes the balancer itself for the peer: $what', async ({ header }) => {
    const server = await startBehind();
    const arrival = nextSession(server);
    const peer = await connectFrom(BALANCER, server);
    const { localPort } = peer.socket;
    peer.write(header, HELLO);
    await peer.next('welcome');
    expect((await arrival).session.address).toBe(`${BALANCER}:${localPort}`);
  });

  it.each([
    { what: 'nothing', header: NOTHING },
    { what: 'LOCAL', header: binary(LOCAL, UNSPEC, NOTHING) },
    { what: 'UNKNOWN', header: line('PROXY UNKNOWN') },
    { what: 'the header of a client that said nothing', header: LINE },
  ])('knows its health check, FIN behind $what: 1 line at debug', async ({ header }) => {
    const logger = new LogTape();
    const server = await startBehind({ logger });
    const lines = logger.tape.items.length;
    const rejected = server.next('rejected');
    const peer = await connectFrom(BALANCER, server);
    peer.socket.end(header);
    expect(await rejected).toMatchObject({ cause: 'eof' });
    await peer.closed();
    expect(logger.tape.items.slice(lines)).toMatchObject([{ level: 'debug', message: 'connection rejected' }]);
    expect(server.inspect()).toMatchObject({ arrivals: 0, rejected: 1 });
  });

  it('tells of a client that goes in the middle of its preamble, and where it was', async () => {
    const logger = new LogTape();
    const server = await startBehind({ logger });
    const rejected = server.next('rejected');
    const peer = await connectFrom(BALANCER, server);
    peer.socket.end(Buffer.concat([LINE, HELLO.subarray(0, 2)]));
    expect(await rejected).toMatchObject({ address: '192.0.2.7:51234', cause: 'eof' });
    expect(logger.tape.all(({ level }) => level === 'warn')).toMatchObject([
      { message: 'connection rejected', fields: { address: '192.0.2.7:51234' } },
    ]);
  });

  it.each([
    { what: 'no header, but our own HELLO', bytes: HELLO, detail: /what came is none/ },
    { what: 'HTTP', bytes: Buffer.from('GET / HTTP/1.1\r\n'), detail: /what came is none/ },
    { what: 'TLS', bytes: Uint8Array.of(22, 3, 1), detail: /what came is none/ },
    { what: 'a wrong address', bytes: line('PROXY TCP4 192.0.2.256 192.0.2.1 1 2'), detail: /addresses for TCP4/ },
    { what: 'a line without end', bytes: Buffer.from('PROXY '.padEnd(107)), detail: /within 107 bytes/ },
    { what: 'version 3', bytes: Buffer.concat([SIGNATURE, Uint8Array.of(0x31)]), detail: /of version 3/ },
    { what: '4097 bytes', bytes: binary(PROXY, TCP4, NOTHING, 4_081), detail: /4097 bytes, of which 4096/ },
  ])('rejects its connection without a word, for protocol-error: $what', async ({ bytes, detail }) => {
    const logger = new LogTape();
    const server = await startBehind({ logger });
    const rejected = server.next('rejected');
    const peer = await connectFrom(BALANCER, server);
    const { localPort } = peer.socket;
    peer.write(bytes);
    expect(await rejected).toMatchObject({
      address: `${BALANCER}:${localPort}`,
      cause: 'protocol-error',
      evidence: { phase: 'handshake', code: 'proxyProtocol', detail: expect.stringMatching(detail) },
    });
    await peer.closed();
    expect(peer.received.length).toBe(0);
    expect(logger.tape.all(({ level }) => level === 'warn').length).toBe(1);
    expect(server.inspect()).toMatchObject({ arrivals: 0, rejected: 1 });
  });

  it('rejects a header that breaks off: FIN after 7 bytes', async () => {
    const server = await startBehind();
    const rejected = server.next('rejected');
    (await connectFrom(BALANCER, server)).socket.end(LINE.subarray(0, 7));
    expect(await rejected).toMatchObject({
      cause: 'protocol-error',
      evidence: { code: 'proxyProtocol', detail: 'a PROXY header broke off after 7 bytes' },
    });
  });

  it.each([
    { what: 'a header that drips', bytes: LINE.subarray(0, 20), address: /^127\.0\.0\.2:/ },
    { what: 'header and HELLO', bytes: Buffer.concat([LINE, HELLO.subarray(0, 3)]), address: /^192\.0\.2\.7:51234$/ },
  ])('gives $what no more than the 10 s of the handshake', async ({ bytes, address }) => {
    const clock = new ManualClock();
    const server = await startBehind({ clock });
    const rejected = server.next('rejected');
    const peer = await connectFrom(BALANCER, server);
    await drip(peer, bytes.subarray(0, 10));
    await (await relay(server, '192.0.2.8')).next('welcome'); // so the one before it was accepted
    clock.advance(9_000);
    await drip(peer, bytes.subarray(10));
    await (await relay(server, '192.0.2.8')).next('welcome'); // so the one before it was read
    clock.advance(999);
    expect(server.inspect()).toMatchObject({ arrivals: 1, sessions: 2 });
    clock.advance(1);
    expect(await rejected).toMatchObject({ address: expect.stringMatching(address), cause: 'handshake-timeout' });
    await peer.closed();
    expect(peer.received.length).toBe(0);
    expect(server.inspect()).toMatchObject({ arrivals: 0, sessions: 2 });
  });

  it('forgets 40 whose header is bad, breaks off, is reset, or is cut off by close(): no handle and no arrival', async () => {
    const server = await startBehind();
    const before = await countHandles('TCPSocketWrap');
    const rejections = server.events(['rejected']);
    for (let count = 0; count < 40; count += 1) {
      const peer = await connectFrom(BALANCER, server);
      if (count % 4 === 0) peer.write(Buffer.from('GET'));
      if (count % 4 === 1) peer.socket.end(LINE.subarray(0, 30));
      if (count % 4 === 2) peer.socket.resetAndDestroy();
      if (count % 4 === 3) peer.socket.end(LINE);
      await rejections.next();
      await peer.closed();
    }
    const half = await connectFrom(BALANCER, server);
    half.write(LINE.subarray(0, 30));
    const last = await relay(server, '192.0.2.7'); // so the one before it was accepted
    await last.next('welcome');
    expect(server.inspect()).toMatchObject({ arrivals: 1, sessions: 1 });
    for (const session of server.sessions) session.destroy();
    await server.close();
    await Promise.all([half.closed(), last.closed()]);
    expect(server.inspect()).toMatchObject({ arrivals: 0, rejected: 41 });
    expect(await countHandles('TCPSocketWrap')).toBe(before);
  });
});

describe('whoever is not believed', () => {
  it.each([LINE, binary(PROXY, TCP4, IPV4_BODY)])('is a stranger with a header: case %#', async (header) => {
    const server = await startBehind();
    const rejected = server.next('rejected');
    const peer = await connectFrom(STRANGER, server);
    const { localPort } = peer.socket;
    peer.write(header, HELLO);
    expect(await rejected).toMatchObject({ address: `${STRANGER}:${localPort}`, cause: 'not-our-protocol' });
    await peer.closed();
    expect(peer.received.length).toBe(0);
  });

  it('is welcome without one, at the same port', async () => {
    const server = await startBehind();
    const peer = await connectFrom(STRANGER, server);
    peer.write(HELLO);
    await peer.next('welcome');
  });
});

describe('other doors', () => {
  it('a Unix socket can be the balancer: trust unix', async () => {
    const path = await freshPath();
    const server = await startServer({ keepalive: false, proxyProtocol: { trust: ['unix'] } }, { path });
    const arrival = nextSession(server);
    const peer = await RawPeer.connect(server.address);
    peer.write(LINE, HELLO);
    await peer.next('welcome');
    expect((await arrival).session.address).toBe('192.0.2.7:51234');
    const rejected = server.next('rejected');
    (await RawPeer.connect(server.address)).write(HELLO);
    expect(await rejected).toMatchObject({ address: 'unix', evidence: { code: 'proxyProtocol' } });
  });

  it('a socket that is attached has no header, wherever it comes from', async () => {
    const server = createServer({ proxyProtocol: { trust: ['127.0.0.0/8'] } });
    onTestFinished(() => server.close({ drain: 0 }));
    const address = await listenFor((socket) => server.attach(socket));
    await RawPeer.open(address);
    const rejected = server.next('rejected');
    (await RawPeer.connect(address)).write(LINE);
    expect(await rejected).toMatchObject({ cause: 'not-our-protocol' });
  });
});
