import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { connect as connectTls } from 'node:tls';
import type { PeerIntroduction, RejectedEvent, Server } from '@systole/server';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { CertificateName } from '../support/certificates.ts';
import { authority, certificate } from '../support/certificates.ts';
import { countingClock, processListeners } from '../support/counting-clock.ts';
import { makeGate } from '../support/gate.ts';
import { countHandles } from '../support/handles.ts';
import { LogTape } from '../support/log-tape.ts';
import { nextSession, payloadOf, startServer } from '../support/pair.ts';
import { bytesOf, dataFrame, helloFrame, PREAMBLE, RawPeer } from '../support/raw-peer.ts';
import { connectTlsPeer, MUTUAL_TLS, SERVER_TLS, tlsOptions } from '../support/tls.ts';

const HELLO = Buffer.concat([PREAMBLE, bytesOf(helloFrame())]);

async function sayHello(peer: RawPeer): Promise<RawPeer> {
  peer.write(HELLO);
  await peer.next('welcome');
  return peer;
}

describe('a server with TLS', () => {
  it.each(['TLSv1.2', 'TLSv1.3'] as const)('carries a session over %s, to its goodbye', async (version) => {
    const server = await startServer({ tls: SERVER_TLS, onMessage: (message) => message });
    const arrival = nextSession(server);
    const peer = await sayHello(
      await connectTlsPeer({ ...tlsOptions(server.address), minVersion: version, maxVersion: version }),
    );
    const { session, tape } = await arrival;
    expect(session.address).toBe(`127.0.0.1:${peer.socket.localPort}`);
    peer.send(dataFrame(1, 'over TLS'));
    expect((await peer.next('result')).ok).toBe(true);
    const closed = session.close();
    peer.send({ ...(await peer.next('close')), lastAccepted: 0, reason: '' });
    await closed;
    expect(payloadOf(tape, 'disconnect').cause).toBe('closed-locally');
    expect(await peer.closed()).toEqual(['end', 'close']); // FIN, not RST
    expect(server.inspect()).toMatchObject({ sessions: 0, arrivals: 0, accepted: 1, rejected: 0 });
  });

  it('chooses by SNI and ALPN as node:tls does', async () => {
    const names: string[] = [];
    const server = await startServer({
      tls: {
        ...SERVER_TLS,
        ALPNProtocols: ['systole'],
        SNICallback: (name, callback) => {
          names.push(name);
          callback(null);
        },
      },
    });
    const peer = await connectTlsPeer({ ...tlsOptions(server.address), ALPNProtocols: ['h2', 'systole'] });
    expect(peer.socket.alpnProtocol).toBe('systole');
    expect(names).toEqual(['localhost']);
    await sayHello(peer);
  });

  it('shows a renewed certificate to the next peer, and leaves those who are here alone', async () => {
    const server = await startServer({ tls: SERVER_TLS });
    const first = await sayHello(await connectTlsPeer(tlsOptions(server.address)));
    server.setSecureContext(certificate('renewed-server'));
    const second = await sayHello(await connectTlsPeer(tlsOptions(server.address)));
    const fingerprints = [first, second].map(
      ({ socket }) => (socket as TLSSocket).getPeerX509Certificate()?.fingerprint256,
    );
    expect(new Set(fingerprints).size).toBe(2);
    expect(first.ending.items).toEqual([]);
    expect(server.sessions.size).toBe(2);
  });

  it('keeps its certificate where the renewed one is wrong: ERR_OPTIONS', async () => {
    const server = await startServer({ tls: SERVER_TLS });
    expect(() => server.setSecureContext({ key: certificate('client').key })).toThrow(
      /tls must be something that node:tls can use/,
    );
    await sayHello(await connectTlsPeer(tlsOptions(server.address)));
    const plain = await startServer();
    expect(() => plain.setSecureContext(certificate('server'))).toThrow(/tls must be given to createServer/);
  });
});

/** A peer that does not come through TLS. */
interface Failure {
  readonly who: string;
  readonly cause: RejectedEvent['cause'];
  readonly code?: string;
  readonly level?: 'debug';
  /** Gives its socket. */
  act(server: Server): Promise<Socket> | Socket;
}

/** The beginning of a TLS 1.2 ClientHello. */
const CLIENT_HELLO = Buffer.from(
  `16030100c8010000c40303${'ab'.repeat(32)}20${'cd'.repeat(32)}001a130113021303c02bc02f`,
  'hex',
);

async function plainPeer(server: Server, ...chunks: readonly Uint8Array[]): Promise<RawPeer> {
  const peer = await RawPeer.connect(server.address);
  if (chunks.length > 0) peer.write(...chunks);
  return peer;
}

function tlsClient(server: Server, options: object): Socket {
  const socket = connectTls({ ...tlsOptions(server.address), ...options });
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {}); // it is the server's word that counts here
  return socket;
}

const FAILURES: readonly Failure[] = [
  {
    who: 'an HTTP request in plain text',
    cause: 'tls-failed',
    code: 'ERR_SSL_HTTP_REQUEST',
    act: async (server) => (await plainPeer(server, Buffer.from('GET / HTTP/1.1\r\n\r\n'))).socket,
  },
  {
    who: 'our own client without TLS',
    cause: 'tls-failed',
    code: 'ERR_SSL_WRONG_VERSION_NUMBER',
    act: async (server) => (await plainPeer(server, HELLO)).socket,
  },
  {
    who: 'a client that knows TLS 1.1 only',
    cause: 'tls-failed',
    code: 'ERR_SSL_UNSUPPORTED_PROTOCOL',
    act: (server) => tlsClient(server, { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }),
  },
  {
    who: 'a client that does not trust our certificate',
    cause: 'eof',
    act: (server) => tlsClient(server, { ca: authority('other-ca'), minVersion: 'TLSv1.3' }),
  },
  {
    who: 'FIN in the middle of TLS',
    cause: 'eof',
    act: async (server) => (await plainPeer(server, CLIENT_HELLO)).socket.end(),
  },
  {
    who: 'a client that stalls in the middle of TLS',
    cause: 'handshake-timeout',
    act: async (server) => (await plainPeer(server, CLIENT_HELLO)).socket,
  },
  {
    who: 'a client that says nothing once TLS is established',
    cause: 'handshake-timeout',
    act: async (server) => (await connectTlsPeer(tlsOptions(server.address))).socket,
  },
  {
    who: 'HTTP within TLS',
    cause: 'not-our-protocol',
    act: async (server) => {
      const { socket } = await connectTlsPeer(tlsOptions(server.address));
      socket.write('GET / HTTP/1.1\r\n');
      return socket;
    },
  },
  {
    who: 'a health check: FIN, and no byte',
    cause: 'eof',
    level: 'debug',
    act: async (server) => (await plainPeer(server)).socket.end(),
  },
];

describe('L10: a peer that does not come through TLS', () => {
  it.each(FAILURES)('is rejected once, logged with 1 line, and leaves nothing: $who', async (failure) => {
    const { cause, code, level = 'warn', act } = failure;
    const logger = new LogTape();
    const clock = countingClock();
    const server = await startServer({ tls: SERVER_TLS, handshakeTimeout: 400, logger, clock });
    const before = { sockets: await countHandles('TCPSocketWrap'), listeners: processListeners() };
    const lines = logger.tape.items.length;
    const rejections: RejectedEvent[] = [];
    server.on('rejected', (event) => rejections.push(event));
    const rejected = server.next('rejected');
    const peer = await act(server);
    const { evidence } = await rejected;
    expect(rejections).toMatchObject([{ cause, evidence: { phase: 'handshake' } }]);
    expect(evidence.code).toBe(code);
    expect(logger.tape.items.slice(lines).map(({ level, message }) => ({ level, message }))).toEqual([
      { level, message: 'connection rejected' },
    ]);
    expect(server.inspect()).toMatchObject({ arrivals: 0, sessions: 0, accepted: 0, rejected: 1 });
    // Not once(), which an error would end first.
    if (!peer.closed) await new Promise((resolve) => peer.once('close', resolve));
    expect({ sockets: await countHandles('TCPSocketWrap'), listeners: processListeners() }).toEqual(before);
    expect(clock.counts).toEqual({ alarms: 0, listeners: 1 }); // the server's eye for stalls
  });

  it('is rejected for the cause reset when it resets in the middle of TLS', async () => {
    const server = await startServer({ tls: SERVER_TLS });
    const peer = await plainPeer(server, CLIENT_HELLO);
    await sayHello(await connectTlsPeer(tlsOptions(server.address))); // so the one before it was accepted and read
    const rejected = server.next('rejected');
    peer.socket.resetAndDestroy();
    expect(await rejected).toMatchObject({ cause: 'reset', evidence: { code: 'ECONNRESET', syscall: 'read' } });
    expect(server.inspect()).toMatchObject({ arrivals: 0, sessions: 1, rejected: 1 });
  });

  it('is forgotten 50 times over: no handle and no arrival is left', async () => {
    const server = await startServer({ tls: SERVER_TLS });
    const before = await countHandles('TCPSocketWrap');
    const rejections = server.events(['rejected']);
    for (let count = 0; count < 50; count += 1) {
      const peer = await plainPeer(server, count % 2 === 0 ? CLIENT_HELLO : HELLO);
      if (count % 2 === 0) peer.socket.end();
      await rejections.next();
      await peer.closed();
    }
    expect(await countHandles('TCPSocketWrap')).toBe(before);
    expect(server.inspect()).toMatchObject({ arrivals: 0, rejected: 50 });
  });

  it('is destroyed with the server that closes in the middle of TLS', async () => {
    const server = await startServer({ tls: SERVER_TLS });
    const peer = await plainPeer(server, CLIENT_HELLO);
    const second = await connectTlsPeer(tlsOptions(server.address)); // so the one before it was accepted
    expect(server.inspect().arrivals).toBe(2);
    await server.close();
    await Promise.all([peer.closed(), second.closed()]);
    expect(server.inspect()).toMatchObject({ state: 'closed', arrivals: 0, rejected: 2 });
  });
});

const BAD_CLIENTS: readonly { readonly own: CertificateName | undefined; readonly code: string }[] = [
  { own: undefined, code: 'CERT_MISSING' },
  { own: 'expired-client', code: 'CERT_HAS_EXPIRED' },
  { own: 'other-ca-client', code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
  { own: 'server', code: 'INVALID_PURPOSE' },
];

describe('a server that asks for certificates', () => {
  it('lets a client with a good one in, and shows it to authenticate', async () => {
    const seen = makeGate<PeerIntroduction>();
    const server = await startServer({ tls: MUTUAL_TLS, authenticate: seen.open });
    const peer = await sayHello(await connectTlsPeer(tlsOptions(server.address, 'client')));
    expect(await seen.promise).toEqual({
      credentials: undefined,
      metadata: {},
      boot: 'raw',
      address: `127.0.0.1:${peer.socket.localPort}`,
      signal: expect.objectContaining({ aborted: false }),
      tls: {
        protocol: 'TLSv1.3',
        cipher: (peer.socket as TLSSocket).getCipher().standardName,
        servername: 'localhost',
        alpnProtocol: undefined,
      },
      certificate: {
        subject: { CN: 'sensor 7' },
        issuer: { CN: 'Systole test CA' },
        subjectAltName: 'DNS:sensor-7.test, URI:urn:systole:sensor:7',
        serialNumber: (peer.socket as TLSSocket).getX509Certificate()?.serialNumber,
        fingerprint256: (peer.socket as TLSSocket).getX509Certificate()?.fingerprint256,
        validFrom: new Date('2024-01-01T00:00:00Z'),
        validTo: new Date('2124-01-01T00:00:00Z'),
        authorized: true,
        authorizationError: undefined,
      },
    });
  });

  it.each(BAD_CLIENTS.flatMap((bad) => (['TLSv1.2', 'TLSv1.3'] as const).map((version) => ({ ...bad, version }))))(
    'tells a client why it is refused, once it has said HELLO: $own, $version: $code',
    async ({ own, code, version }) => {
      const authenticated: unknown[] = [];
      const server = await startServer({ tls: MUTUAL_TLS, authenticate: (who) => void authenticated.push(who) });
      const rejected = server.next('rejected');
      const options = { ...tlsOptions(server.address, own), minVersion: version, maxVersion: version };
      const peer = await connectTlsPeer(options);
      peer.write(HELLO);
      expect(await rejected).toMatchObject({ cause: 'bad-certificate', evidence: { code, phase: 'handshake' } });
      expect(await peer.next('close')).toMatchObject({
        code: 'rejected',
        scope: 'connection',
        reason: `the client's certificate is not accepted: ${code}`,
      });
      await peer.closed();
      expect(peer.frames.items.length).toBe(1);
      expect(authenticated).toEqual([]);
      expect(server.inspect()).toMatchObject({ sessions: 0, arrivals: 0, accepted: 0 });
    },
  );

  it('refuses a client without one again when it resumes its TLS session, which Node calls authorized', async () => {
    const server = await startServer({ tls: MUTUAL_TLS });
    const first = new RawPeer(connectTls(tlsOptions(server.address)));
    const ticket = once(first.socket, 'session');
    const rejected = server.events(['rejected']);
    first.write(HELLO);
    const [[session]] = await Promise.all([ticket, rejected.next()]);
    const again = await connectTlsPeer({ ...tlsOptions(server.address), session });
    expect(again.socket.isSessionReused()).toBe(true);
    again.write(HELLO);
    expect((await rejected.next()).value?.payload).toMatchObject({ evidence: { code: 'CERT_MISSING' } });
    expect(await again.next('close')).toMatchObject({ code: 'rejected' });
  });

  it('leaves the judgement to authenticate with rejectUnauthorized: false', async () => {
    const shown: (string | undefined)[] = [];
    const server = await startServer({
      tls: { ...MUTUAL_TLS, rejectUnauthorized: false },
      authenticate: ({ certificate: its }) => void shown.push(its?.authorizationError),
    });
    await sayHello(await connectTlsPeer(tlsOptions(server.address, 'expired-client')));
    await sayHello(await connectTlsPeer(tlsOptions(server.address)));
    expect(shown).toEqual(['CERT_HAS_EXPIRED', undefined]);
    expect(server.sessions.size).toBe(2);
  });
});
