import { connect as connectSocket } from 'node:net';
import { setImmediate as nextCheck } from 'node:timers/promises';
import type { PeerIntroduction, Server, ServerOptions } from '@systole/server';
import { ManualClock } from '@systole/testing';
import { describe, expect, it } from 'vitest';
import { drip } from '../support/balancer.ts';
import { authority, certificate } from '../support/certificates.ts';
import { makeGate } from '../support/gate.ts';
import { countHandles } from '../support/handles.ts';
import { nextSession, startClient, startServer } from '../support/pair.ts';
import { HELLO, listenFor } from '../support/per-address.ts';
import { binary, IPV6_BODY, LOCAL, line, PROXY, TCP6, UNSPEC } from '../support/proxy-headers.ts';
import { dataFrame, RawPeer } from '../support/raw-peer.ts';
import { connectTlsPeer, MUTUAL_TLS, SERVER_TLS, tlsOptions } from '../support/tls.ts';

const LINE = line('PROXY TCP4 192.0.2.7 192.0.2.1 51234 443');

function startBehind(options: ServerOptions = {}): Promise<Server> {
  return startServer({ keepalive: false, tls: SERVER_TLS, proxyProtocol: { trust: ['127.0.0.1'] }, ...options });
}

/** How a balancer sends its header: in one write with the first bytes of the client, before them, or byte by byte. */
type Manner = 'together' | 'before' | 'byte by byte';

/** A balancer in front of the server; where it is reached. */
async function balance(server: Server, header: Uint8Array, manner: Manner): ReturnType<typeof listenFor> {
  return listenFor((client) => {
    const far = connectSocket({ ...(server.address as { port: number; host: string }), noDelay: true });
    client.on('error', () => far.destroy());
    far.on('error', () => client.destroy());
    far.on('close', () => client.resume()); // its FIN is to be read, too
    client.once('data', async (first) => {
      client.pause();
      if (manner === 'together') far.write(Buffer.concat([header, first]));
      if (manner === 'before') far.write(header, () => far.write(first));
      if (manner === 'byte by byte') await drip(far, header, first);
      client.pipe(far);
    });
    far.pipe(client);
  });
}

describe('a server with TLS that believes a balancer', () => {
  it.each(
    (['together', 'before', 'byte by byte'] as const).flatMap((manner) => [
      { manner, version: 1, header: LINE, address: '192.0.2.7:51234' },
      { manner, version: 2, header: binary(PROXY, TCP6, IPV6_BODY), address: '[2001:db8::7]:51234' },
    ]),
  )('reads the header below TLS: version $version, $manner', async ({ manner, header, address }) => {
    const server = await startBehind({ onMessage: (message) => message });
    const arrival = nextSession(server);
    const client = startClient({
      ...(await balance(server, header, manner)),
      keepalive: false,
      tls: { ca: authority(), servername: 'localhost' },
    });
    await client.ready();
    const { session } = await arrival;
    expect(session.address).toBe(address);
    const ended = session.next('end');
    expect(await client.send('x'.repeat(200_000))).toBe('x'.repeat(200_000));
    await client.close();
    expect(await ended).toMatchObject({ cause: 'closed-by-peer' });
    expect(server.inspect()).toMatchObject({ sessions: 0, arrivals: 0, accepted: 1, rejected: 0 });
  });

  it('shows authenticate the certificate of the client, and where it is', async () => {
    const seen = makeGate<PeerIntroduction>();
    const server = await startBehind({ tls: MUTUAL_TLS, authenticate: seen.open });
    const client = startClient({
      ...(await balance(server, LINE, 'together')),
      keepalive: false,
      tls: { ...certificate('client'), ca: authority(), servername: 'localhost' },
    });
    await client.ready();
    expect(await seen.promise).toMatchObject({
      address: '192.0.2.7:51234',
      certificate: { subject: { CN: 'sensor 7' }, authorized: true },
    });
  });

  it('asks a client behind the balancer for its certificate, too', async () => {
    const server = await startBehind({ tls: MUTUAL_TLS });
    const rejected = server.next('rejected');
    const client = startClient({
      ...(await balance(server, LINE, 'together')),
      keepalive: false,
      tls: { ca: authority(), servername: 'localhost' },
    });
    await expect(client.ready()).rejects.toThrow('rejected');
    expect(await rejected).toMatchObject({
      address: '192.0.2.7:51234',
      cause: 'bad-certificate',
      evidence: { code: 'CERT_MISSING' },
    });
  });

  it('refuses a header that comes within TLS, from whoever is not believed', async () => {
    const server = await startBehind({ proxyProtocol: { trust: ['127.0.0.9'] } });
    const rejected = server.next('rejected');
    const peer = await connectTlsPeer(tlsOptions(server.address));
    peer.write(LINE, HELLO);
    expect(await rejected).toMatchObject({ cause: 'not-our-protocol' });
  });

  it.each([
    { who: 'plain text behind the header', behind: HELLO, ends: false, cause: 'tls-failed' },
    { who: 'FIN behind the header', behind: new Uint8Array(0), ends: true, cause: 'eof' },
    { who: 'FIN behind the first bytes of TLS', behind: Uint8Array.of(22, 3, 1, 0), ends: true, cause: 'eof' },
  ])('rejects what does not come through TLS, and keeps nothing of it: $who', async ({ behind, ends, cause }) => {
    const server = await startBehind();
    const before = await countHandles('TCPSocketWrap');
    const rejected = server.next('rejected');
    const peer = await RawPeer.connect(server.address);
    peer.write(LINE, behind);
    if (ends) peer.socket.end();
    expect(await rejected).toMatchObject({ address: '192.0.2.7:51234', cause });
    await peer.closed();
    expect(server.inspect()).toMatchObject({ arrivals: 0, rejected: 1 });
    expect(await countHandles('TCPSocketWrap')).toBe(before);
  });

  it.each([
    { who: 'the header', behind: new Uint8Array(0) },
    { who: 'the first bytes of TLS', behind: Uint8Array.of(22, 3) },
  ])('gives silence behind $who no more than the 10 s of the handshake', async ({ behind }) => {
    const clock = new ManualClock();
    const server = await startBehind({ clock });
    const peer = await RawPeer.connect(server.address);
    peer.write(LINE, behind);
    const other = server.next('rejected');
    (await RawPeer.connect(server.address)).write(Buffer.from('GET')); // so the one before it was read
    expect(await other).toMatchObject({ evidence: { code: 'proxyProtocol' } });
    clock.advance(9_999);
    expect(server.inspect()).toMatchObject({ arrivals: 1, rejected: 1 });
    const rejected = server.next('rejected');
    clock.advance(1);
    expect(await rejected).toMatchObject({ address: '192.0.2.7:51234', cause: 'handshake-timeout' });
    await peer.closed();
    expect(server.inspect()).toMatchObject({ arrivals: 0, rejected: 2 });
  });

  it('sees who resets behind the header', async () => {
    const server = await startBehind();
    const peer = await RawPeer.connect(server.address);
    peer.write(LINE, Uint8Array.of(22, 3));
    await drip(await RawPeer.connect(server.address), LINE); // so the one before it was read
    const rejected = server.next('rejected');
    peer.socket.resetAndDestroy();
    expect(await rejected).toMatchObject({ address: '192.0.2.7:51234', cause: 'reset' });
  });

  it('leaves no handle behind: 20 sessions, 10 of them destroyed', async () => {
    const server = await startBehind();
    const address = await balance(server, binary(PROXY, TCP6, IPV6_BODY), 'together');
    const before = await countHandles('TCPSocketWrap');
    for (let count = 0; count < 20; count += 1) {
      const arrival = nextSession(server);
      const peer = await connectTlsPeer(tlsOptions(address));
      peer.write(HELLO);
      await peer.next('welcome');
      const { session } = await arrival;
      const ended = session.next('end');
      if (count % 2 === 0) session.destroy();
      else peer.socket.destroy();
      await ended;
      await peer.closed();
    }
    while ((await countHandles('TCPSocketWrap')) > before) await nextCheck(); // those of the balancer follow
    expect(server.inspect()).toMatchObject({ sessions: 0, arrivals: 0, accepted: 20 });
  });

  it('takes LOCAL for the balancer itself, which may speak TLS', async () => {
    const server = await startBehind();
    const arrival = nextSession(server);
    const address = await balance(server, binary(LOCAL, UNSPEC, new Uint8Array(0)), 'together');
    const peer = await connectTlsPeer(tlsOptions(address));
    peer.write(HELLO);
    await peer.next('welcome');
    expect((await arrival).session.address).toMatch(/^127\.0\.0\.1:\d+$/);
    peer.send(dataFrame(1, 'x'));
    await peer.next('result');
  });
});
