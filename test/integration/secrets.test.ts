// No secret is in a log, an error, an event or a snapshot: the whole life of both ends, at which a witness writes everything down.

import type { ClientOptions } from '@systole/client';
import { connect } from '@systole/client';
import type { Authenticate, Server, ServerOptions } from '@systole/server';
import { createServer, Rejection } from '@systole/server';
import { describe, expect, it, onTestFinished } from 'vitest';
import { authority, certificate } from '../support/certificates.ts';
import { tapeDialled } from '../support/channel-tape.ts';
import { endOf, nextSession, optionsFor, record, startClient, startServer } from '../support/pair.ts';
import {
  bytesOf,
  encode,
  helloFrame,
  listenRaw,
  mapOf,
  PREAMBLE,
  type RawPeer,
  welcomeFrame,
} from '../support/raw-peer.ts';
import { connectTlsPeer, tlsOptions } from '../support/tls.ts';
import { Witness } from '../support/witness.ts';

const CREDENTIALS = 'the-password-of-ann';
const OTHER = 'the-password-of-eve';
const WRONG = 'the-guess-of-mallory';
const DATABASE = 'postgres://gateway:the-password-of-the-database@10.0.0.5';
const PASSPHRASE = 'the-passphrase-of-the-key';
const TLS = certificate('server');

/** What a line of this key has and no other text. */
function secretOf(key: string): string {
  return key.split('\n')[1] ?? '';
}

const KEYS = (['server', 'client'] as const).map((name) => secretOf(certificate(name).key));

const authenticate: Authenticate = ({ credentials }) => {
  if (credentials === CREDENTIALS) return { id: 'ann', password: CREDENTIALS };
  if (credentials === OTHER) throw new Error(`could not reach ${DATABASE}`);
  throw new Rejection('the password is wrong');
};

async function startWatched(witness: Witness, options: ServerOptions = {}): Promise<Server> {
  const { logger } = witness;
  const server = await startServer({ keepalive: false, authenticate, logger, onMessage: () => 'done', ...options });
  witness.watchServer(server);
  return server;
}

/** A client that is written down until it ends. */
function watchClient(witness: Witness, options: ClientOptions) {
  const client = startClient({ keepalive: false, logger: witness.logger, ...options });
  const tape = record(client);
  witness.watchSession(client);
  witness.note(client);
  return { client, tape };
}

describe('no secret is told', () => {
  it('by a server and a client over TLS: let in, resumed, replaced, refused, failed, closed', async () => {
    const witness = new Witness();
    const server = await startWatched(witness, { tls: TLS, oneSessionPerIdentity: true });
    const tls = { ca: authority(), servername: 'localhost', ...certificate('client') };
    const options = { ...optionsFor(server.address), tls, reconnect: { base: 1, cap: 1 } } as const;
    const dialled = tapeDialled();
    const arrival = nextSession(server);
    const { client, tape } = watchClient(witness, { ...options, credentials: CREDENTIALS });
    await client.send('a message');
    const { session } = await arrival;
    const again = client.next('connect');
    dialled.items[0]?.socket.destroy();
    expect(await again).toMatchObject({ resumed: true });
    await client.verify();
    const newer = watchClient(witness, { ...options, credentials: CREDENTIALS });
    await newer.client.ready();
    expect((await endOf(tape)).cause).toBe('superseded');
    await witness.noteErrorOf(() => client.send('too late'));
    const refused = watchClient(witness, { ...options, credentials: WRONG });
    expect((await endOf(refused.tape)).cause).toBe('rejected');
    await witness.noteErrorOf(() => refused.client.ready());
    const failed = watchClient(witness, { ...options, credentials: OTHER, reconnect: false });
    expect((await endOf(failed.tape)).cause).toBe('going-away');
    await witness.noteErrorOf(() => failed.client.ready());
    const doubting = watchClient(witness, { ...options, tls: { servername: 'localhost' }, reconnect: false });
    await witness.noteErrorOf(() => doubting.client.ready());
    await newer.client.close();
    await server.close();
    witness.note([server, server.inspect(), client.inspect(), session.inspect()]);
    expect(witness.find(session.id, 'the password is wrong', 'superseded').length).toBeGreaterThan(10);
    expect(witness.find(CREDENTIALS, OTHER, WRONG, ...KEYS)).toEqual([]);
    // What our own hook has thrown is for our own log, and for nothing else.
    const lines = witness.find('the-password-of-the-database');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ level: 50, msg: 'authenticate failed' }]);
  });

  it('by a server to which a peer comes back with the right token and a wrong one, breaks the protocol, or says too much', async () => {
    const witness = new Witness();
    const server = await startWatched(witness, { tls: TLS });
    const secrets: string[] = [];
    const knock = async (fields: Readonly<Record<string, unknown>>, ...more: Uint8Array[]): Promise<RawPeer> => {
      const peer = await connectTlsPeer(tlsOptions(server.address));
      peer.write(PREAMBLE, bytesOf(helloFrame({ resume: 60_000, credentials: CREDENTIALS, ...fields })), ...more);
      return peer;
    };
    const ticketOf = async (peer: RawPeer) => {
      const { session, token } = mapOf(await peer.next('welcome'));
      secrets.push(String(token));
      return { session, token };
    };
    const arrival = nextSession(server);
    const ticket = await ticketOf(await knock({}));
    const { session } = await arrival;
    const next = await ticketOf(await knock({ ...ticket, epoch: 2 }));
    expect(next.session).toBe(ticket.session);
    await ticketOf(await knock({ ...next, token: 'a-token-that-nobody-issued', epoch: 3 }));
    await (await knock({ ...next, epoch: 2 })).closed(); // late
    await (await knock({ ...next, epoch: 3, received: 7 })).closed(); // counters that cannot be
    await (await knock({ ...next, token: `${WRONG}-${'x'.repeat(64)}` })).closed(); // too long
    await (await knock({ ...next, token: 4711, boot: WRONG, credentials: { password: WRONG } })).closed();
    await (await knock({ ...next, metadata: WRONG })).closed();
    await (await knock({}, bytesOf(helloFrame({ credentials: WRONG })))).closed(); // HELLO twice
    const cut = await connectTlsPeer(tlsOptions(server.address));
    cut.write(PREAMBLE, bytesOf({ type: 'hello', body: encode({ credentials: WRONG }).subarray(0, 20) }));
    await cut.closed();
    const talker = await ticketOf(await knock({}));
    const rude = await knock({ ...talker, epoch: 2 });
    await rude.next('welcome');
    rude.send(helloFrame({ ...talker, credentials: WRONG }));
    await rude.closed();
    witness.note([server, ...server.sessions].map((end) => [end, end.inspect()]));
    expect(secrets.length).toBe(4);
    expect(witness.find(session.id, 'session not resumed', 'HELLO.token must be').length).toBeGreaterThan(10);
    const inVain = ['a-token-that-nobody-issued', CREDENTIALS, WRONG, ...KEYS, ...secrets];
    expect(witness.find(...inVain)).toEqual([]);
  });

  it('by a client whose server gives it a token, loses it, and breaks the protocol', async () => {
    const witness = new Witness();
    const { peers, address } = await listenRaw();
    const options = { ...address, credentials: CREDENTIALS, reconnect: { base: 1, cap: 1 } };
    const { client } = watchClient(witness, options);
    const first = await peers.first();
    first.write(PREAMBLE, bytesOf(welcomeFrame({ token: 'the-first-token', resume: 60_000 })));
    await client.ready();
    first.socket.resetAndDestroy();
    const [, second] = await peers.count(2);
    expect(mapOf((await second?.next('hello')) ?? { body: new Uint8Array() })).toMatchObject({
      token: 'the-first-token',
    });
    const breach = client.next('reconnecting');
    second?.write(PREAMBLE, bytesOf(welcomeFrame({ token: `the-second-token ${'x'.repeat(64)}`, resume: 60_000 })));
    expect((await breach).cause).toBe('protocol-error');
    client.destroy();
    witness.note([client, client.inspect()]);
    await witness.noteErrorOf(() => client.ready());
    expect(witness.find('WELCOME.token must be').length).toBeGreaterThan(2);
    expect(witness.find(CREDENTIALS, 'the-first-token', 'the-second-token')).toEqual([]);
  });

  it('by an error about options, wherever a secret has been put', async () => {
    const witness = new Witness();
    const { key } = TLS;
    const client = (options: object) => () => connect({ port: 1, ...options } as ClientOptions);
    const server = (options: object) => () => createServer(options as ServerOptions);
    const live = createServer({ tls: TLS });
    onTestFinished(() => live.close());
    const calls: readonly (() => unknown)[] = [
      client({ credential: CREDENTIALS }),
      client({ password: { of: CREDENTIALS } }),
      client({ credentials: () => 'the-password-of-ann' }),
      client({ credentials: { password: Symbol(CREDENTIALS) } }),
      client({ credentials: CREDENTIALS.repeat(1_000) }),
      client({ addresses: [{ port: 1, token: CREDENTIALS }] }),
      client({ tls: key }),
      client({ tls: { key, cert: certificate('client').cert } }),
      client({ tls: { key, cert: TLS.cert, ticketKeys: PASSPHRASE } }),
      client({ tls: { key: 'garbage', passphrase: PASSPHRASE } }),
      client({ tls: { pfx: Buffer.from('garbage'), passphrase: PASSPHRASE } }),
      client({ reconnect: { secret: CREDENTIALS } }),
      () => connect(`tls://ann:${CREDENTIALS}@localhost` as never),
      server({ tls: key }),
      server({ tls: { key } }),
      server({ tls: { cert: TLS.cert, key: certificate('client').key } }),
      server({ tls: { ...TLS, ca: key } }),
      server({ tls: { ...TLS, ca: [authority(), Buffer.from(key)] } }),
      server({ tls: { ...TLS, ticketKeys: PASSPHRASE } }),
      server({ tls: { ...TLS, passphrase: { is: PASSPHRASE } } }),
      server({ authenticate: CREDENTIALS }),
      server({ secret: CREDENTIALS, tls: { ...TLS, handshakeTimeout: 1 } }),
      server({ oneSessionPerIdentity: { secret: CREDENTIALS } }),
      () => live.setSecureContext({ key: certificate('client').key }),
      () => live.listen({ port: 0, key } as never),
      () => live.listen(PASSPHRASE as never),
      () => live.close({ token: CREDENTIALS } as never),
    ];
    for (const call of calls) await witness.noteErrorOf(call);
    expect(witness.find('must be').length).toBeGreaterThanOrEqual(2 * calls.length);
    expect(witness.find(CREDENTIALS, PASSPHRASE, ...KEYS)).toEqual([]);
  });
});
