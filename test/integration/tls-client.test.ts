// A client over TLS, against servers of node:tls that speak Systole by hand: certificates, and bytes below the records.

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect as connectSocket, createServer as createNetServer, type Socket } from 'node:net';
import type { TLSSocket, TlsOptions } from 'node:tls';
import { createServer as createTlsServer } from 'node:tls';
import type { ClientOptions } from '@systole/client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { authority, certificate } from '../support/certificates.ts';
import { endOf, freshPath, namesOf, record, startClient } from '../support/pair.ts';
import { bytesOf, PREAMBLE, RawPeer, welcomeFrame } from '../support/raw-peer.ts';
import { Tape } from '../support/tape.ts';

const HOST = '127.0.0.1';

interface TlsListener {
  readonly port: number;
  /** The peers whose TLS is established. */
  readonly peers: Tape<RawPeer>;
}

/** A server of node:tls; at a path it has no port. */
async function listenTls(options: TlsOptions, path?: string): Promise<TlsListener> {
  const peers = new Tape<RawPeer>();
  const server = createTlsServer(options, (socket: TLSSocket) => peers.push(new RawPeer(socket)));
  server.on('tlsClientError', () => {}); // the client tells what it makes of it
  server.listen(path === undefined ? { port: 0, host: HOST } : { path });
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, peers };
}

/** A server that knows nothing of TLS. */
async function listenPlain(): Promise<{ readonly port: number; readonly sockets: Tape<Socket> }> {
  const sockets = new Tape<Socket>();
  const server = createNetServer((socket) => {
    socket.on('error', () => {});
    socket.resume();
    sockets.push(socket);
  });
  server.listen(0, HOST);
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, sockets };
}

async function closed(socket: Socket): Promise<void> {
  if (!socket.closed) await once(socket, 'close');
}

function dial(port: number, tls: ClientOptions['tls'], options: Partial<ClientOptions> = {}) {
  return startClient({ host: 'localhost', port, tls: tls ?? true, ...options });
}

describe('a client over TLS', () => {
  it('introduces itself, and watches, over TLS', async () => {
    const { port, peers } = await listenTls(certificate('server'));
    const client = dial(port, { ca: authority() });
    (await peers.first()).write(PREAMBLE, bytesOf(welcomeFrame()));
    await client.ready();
    expect(client.address).toBe(`localhost:${port}`);
  });

  it.each([
    ['expired', 'expired-server', 'CERT_HAS_EXPIRED'],
    ['for another name', 'other-name-server', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['of an authority that it does not know', 'other-ca-server', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ] as const)(
    'ends with bad-certificate where that of the server is %s, and says nothing to it',
    async (_, name, code) => {
      const { port, peers } = await listenTls(certificate(name));
      const client = dial(port, { ca: authority() });
      const ready = client.ready();
      const end = await endOf(record(client));
      expect(end).toMatchObject({ cause: 'bad-certificate', evidence: { code } });
      await expect(ready).rejects.toMatchObject({ code: 'ERR_CONNECT', cause: { code } });
      for (const peer of peers.items) expect(peer.received).toHaveLength(0);
    },
  );

  it('trusts the authorities of the system where tls is true, of which ours is none: 1 bad-certificate', async () => {
    const { port, peers } = await listenTls(certificate('server'));
    const end = await endOf(record(dial(port, true)));
    expect(end).toMatchObject({ cause: 'bad-certificate', evidence: { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' } });
    for (const peer of peers.items) expect(peer.received).toHaveLength(0);
  });

  it('takes a server on a Unix socket for the name that is given, and for localhost where none is', async () => {
    const path = await freshPath();
    const { peers } = await listenTls(certificate('server'), path);
    const client = startClient({ path, tls: { ca: authority() } });
    (await peers.first()).write(PREAMBLE, bytesOf(welcomeFrame()));
    await client.ready();
    const elsewhere = startClient({ path, tls: { ca: authority(), servername: 'gateway.example' } });
    expect(await endOf(record(elsewhere))).toMatchObject({
      cause: 'bad-certificate',
      evidence: { code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    });
  });

  it('backs off and comes back after bad-certificate: it may be renewed', async () => {
    const { port } = await listenTls(certificate('expired-server'));
    const client = dial(port, { ca: authority() }, { reconnect: { base: 10, cap: 10, maxAttempts: 2 } });
    const tape = record(client);
    await endOf(tape);
    expect(namesOf(tape)).toEqual(['reconnecting', 'reconnecting', 'end']);
  });

  it('takes the other name where it is given as servername', async () => {
    const { port, peers } = await listenTls(certificate('other-name-server'));
    const client = dial(port, { ca: authority(), checkServerIdentity: () => undefined });
    (await peers.first()).write(PREAMBLE, bytesOf(welcomeFrame()));
    await client.ready();
  });

  it('shows its own certificate where the server asks for one', async () => {
    const mutual = { ...certificate('server'), ca: authority(), requestCert: true };
    const { port, peers } = await listenTls(mutual);
    dial(port, { ca: authority(), ...certificate('client') });
    const { socket } = await peers.first();
    expect((socket as TLSSocket).authorized).toBe(true);
  });

  it('ends with bad-certificate where the server asks for one and it has none', async () => {
    const { port } = await listenTls({ ...certificate('server'), ca: authority(), requestCert: true });
    const client = dial(port, { ca: authority() });
    expect(await endOf(record(client))).toMatchObject({
      cause: 'bad-certificate',
      evidence: { code: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED' },
    });
  });

  it('ends with tls-failed at a server that speaks no TLS', async () => {
    const { port, sockets } = await listenPlain();
    const client = dial(port, { ca: authority() });
    (await sockets.first()).write('220 mail.example ESMTP ready\r\n');
    expect(await endOf(record(client))).toMatchObject({ cause: 'tls-failed' });
  });

  it('ends with handshake-timeout at a server that never answers in TLS, and destroys its socket', async () => {
    const { port, sockets } = await listenPlain();
    const client = dial(port, { ca: authority() }, { handshakeTimeout: 100 });
    expect(await endOf(record(client))).toMatchObject({ cause: 'handshake-timeout' });
    await closed(await sockets.first());
  });

  it('gives up at once in the middle of TLS when it is destroyed', async () => {
    const { port, sockets } = await listenPlain();
    const client = dial(port, { ca: authority() });
    const socket = await sockets.first();
    client.destroy();
    await closed(socket);
  });

  it('L2: is not taken in by a server that sends 1 byte of a record each 50 ms, and judges it 300 ms after the last', async () => {
    // TLS ends at a relay of bytes, which lets the first record behind WELCOME pass byte by byte.
    const { port, peers } = await listenTls(certificate('server'));
    const relay = await startDrip(port);
    const keepalive = { idle: 200, interval: 100, probes: 3 };
    const client = dial(relay.port, { ca: authority() }, { keepalive });
    const tape = record(client);
    const peer = await peers.first();
    peer.write(PREAMBLE, bytesOf(welcomeFrame()));
    await client.ready();
    relay.drip();
    peer.write(bytesOf({ type: 'ping', number: 1 }));
    await relay.dripped.count(20); // a second: two bounds
    expect(namesOf(tape)).toEqual(['connect']);
    relay.stop();
    const stoppedAt = performance.now();
    expect(await endOf(tape)).toMatchObject({ cause: 'silent' });
    const tookMs = performance.now() - stoppedAt;
    expect(tookMs).toBeGreaterThan(300 - 60);
  });
});

/** A relay to `port`. From `drip` on, what the server sends passes a byte each 50 ms, and its answers to PINGs never do. */
async function startDrip(port: number) {
  const dripped = new Tape<number>();
  let held: number[] | undefined;
  let isStopped = false;
  const server = createNetServer((near) => {
    const far = connectSocket(port, HOST);
    near.pipe(far);
    const timer = setInterval(() => {
      const byte = isStopped ? undefined : held?.shift();
      if (byte === undefined) return;
      near.write(Uint8Array.of(byte));
      dripped.push(byte);
    }, 50);
    far.on('data', (chunk) => (held === undefined ? near.write(chunk) : held.push(...chunk)));
    for (const socket of [near, far]) socket.on('error', () => {});
    near.on('close', () => far.destroy());
    far.on('close', () => {
      clearInterval(timer);
      near.destroy();
    });
  });
  server.listen(0, HOST);
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    dripped,
    drip: () => {
      held = [];
    },
    stop: () => {
      isStopped = true;
    },
  };
}
