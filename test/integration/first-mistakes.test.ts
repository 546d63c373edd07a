// What a newcomer gets wrong, and whether the first error that he reads says so.

import type { ClientOptions, SystoleError } from '@systole/client';
import type { Frame } from '@systole/core';
import type { ServerOptions } from '@systole/server';
import { Rejection } from '@systole/server';
import { ManualClock } from '@systole/testing';
import { describe, expect, it } from 'vitest';
import { authority } from '../support/certificates.ts';
import { nextSession, startClient, startServer } from '../support/pair.ts';
import { bytesOf, listenRaw, RawPeer } from '../support/raw-peer.ts';
import { MUTUAL_TLS, SERVER_TLS } from '../support/tls.ts';

/** A port of 127.0.0.1 at which nobody listens. */
async function freePort(): Promise<number> {
  const { net, address } = await listenRaw();
  net.close();
  return address.port;
}

/** With what `ready` rejects. */
function failureOf(ready: Promise<void>): Promise<SystoleError> {
  return ready.then(
    () => {
      throw new Error('it is ready');
    },
    (error: SystoleError) => error,
  );
}

const CA = authority();

describe('what the two ends say of TLS', () => {
  it.each<{
    what: string;
    server: ServerOptions['tls'];
    client: Required<ClientOptions>['tls'];
    ready: string;
    rejected: string | undefined;
  }>([
    {
      what: 'only the server speaks it',
      server: SERVER_TLS,
      client: false,
      ready: 'eof (the peer ended the connection without an answer: it may speak TLS, or another protocol)',
      rejected: undefined, // the code has said it: ERR_SSL_...
    },
    {
      what: 'only the client speaks it',
      server: undefined,
      client: { ca: CA },
      ready: 'established: the peer may not speak TLS)',
      rejected: 'the first bytes are of another protocol: TLS, so perhaps only one end has the option tls',
    },
    {
      what: 'the client does not trust the server',
      server: SERVER_TLS,
      client: { ca: authority('other-ca') },
      ready: 'bad-certificate (unable to verify the first certificate', // Node 26 says more behind it
      rejected: 'the peer left before HELLO: a health check, or under TLS one that does not trust our certificate',
    },
    {
      what: 'the client has no certificate, and needs one',
      server: MUTUAL_TLS,
      client: { ca: CA },
      ready: "rejected (the client's certificate is not accepted: CERT_MISSING)",
      rejected: "the client's certificate is not accepted: CERT_MISSING",
    },
  ])('tells both where $what', async ({ server: tls, client, ready, rejected }) => {
    const server = await startServer(tls === undefined ? {} : { tls });
    const rejection = server.next('rejected');
    const { port } = server.address as { port: number };
    const error = await failureOf(startClient({ host: 'localhost', port, tls: client }).ready());
    expect(error.code).toBe('ERR_CONNECT');
    expect(error.message).toContain(`could not connect to localhost:${port}: `);
    expect(error.message).toContain(ready);
    expect((await rejection).evidence.detail).toBe(rejected);
  });
});

describe('ready', () => {
  it.each([
    { judge: () => false, why: 'the peer is not welcome here' },
    {
      judge: () => {
        throw new Rejection('the token has expired');
      },
      why: 'the token has expired',
    },
  ])('says why authenticate has refused: $why', async ({ judge, why }) => {
    const server = await startServer({ authenticate: judge });
    const { port } = server.address as { port: number };
    const { message } = await failureOf(startClient({ port, host: '127.0.0.1' }).ready());
    expect(message).toBe(`could not connect to 127.0.0.1:${port}: rejected (${why})`);
  });

  it('gives up after its timeout of 5,000 ms, says why the last attempt failed, and leaves the client trying', async () => {
    const clock = new ManualClock();
    const port = await freePort();
    const client = startClient({
      host: '127.0.0.1',
      port,
      clock,
      reconnect: { base: '1h', cap: '1h' },
      random: () => 1,
    });
    const failure = failureOf(client.ready({ timeout: '5s' }));
    await client.next('reconnecting');
    await clock.advanceAsync(5_000);
    expect(await failure).toMatchObject({
      code: 'ERR_TIMEOUT',
      message: `no connection within 5000 ms; the last attempt to 127.0.0.1:${port}: refused (connect ECONNREFUSED 127.0.0.1:${port})`,
    });
    expect(client.inspect().state).toBe('waiting');
  });

  it('gives up by its signal, and leaves the client trying; with one that is aborted already, at once', async () => {
    const { address } = await listenRaw(); // which never answers
    const client = startClient({ ...address });
    const giveUp = new AbortController();
    const failure = failureOf(client.ready({ signal: giveUp.signal }));
    giveUp.abort('enough');
    expect(await failure).toMatchObject({ code: 'ERR_ABORTED', cause: 'enough' });
    expect(await failureOf(client.ready({ signal: giveUp.signal }))).toMatchObject({ code: 'ERR_ABORTED' });
    expect(client.inspect().state).not.toBe('ended');
  });

  it("says that the client's own signal has ended it", async () => {
    const client = startClient({ host: '127.0.0.1', port: await freePort(), signal: AbortSignal.abort() });
    expect((await failureOf(client.ready())).message).toContain('its signal was aborted');
  });

  it('does not say so of a signal that was aborted after 1 refusal had ended it', async () => {
    const leave = new AbortController();
    const target = { host: '127.0.0.1', port: await freePort() };
    const client = startClient({ ...target, reconnect: false, signal: leave.signal });
    await failureOf(client.ready());
    leave.abort();
    const { message } = await failureOf(client.ready());
    expect(message).toContain('ECONNREFUSED');
    expect(message).not.toContain('its signal was aborted');
  });

  it('takes no other options: 5 is not a timeout', async () => {
    const client = startClient({ host: '127.0.0.1', port: await freePort() });
    await expect(client.ready({ timout: 5 } as object)).rejects.toMatchObject({ code: 'ERR_OPTIONS' });
  });
});

describe('the peer that took us for dead', () => {
  it('L9: leaves a CLOSE, and the disconnect says in words what that means', async () => {
    const server = await startServer();
    const arrival = nextSession(server);
    const peer = await RawPeer.open(server.address);
    const { session } = await arrival;
    const gone = session.next('disconnect');
    const close = {
      type: 'close',
      scope: 'connection',
      code: 'judged-dead',
      lastAccepted: 0,
      retryAfterMs: 0,
      spreadMs: 0,
    };
    peer.write(bytesOf({ ...close, reason: '' } as Frame));
    expect((await gone).evidence).toMatchObject({
      code: 'judged-dead',
      detail: 'the peer had heard nothing from here for too long, and took us for dead',
    });
  });
});
