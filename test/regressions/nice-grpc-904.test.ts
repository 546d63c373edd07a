// A middlebox accepted TCP into a black hole. Keepalive began only behind the handshake, so attempts to connect never failed:
// two pods of eight were dead for an hour. https://github.com/deeplay-io/nice-grpc/pull/904

import { performance } from 'node:perf_hooks';
import { describe, expect, it } from 'vitest';
import { LogTape } from '../support/log-tape.ts';
import { namesOf, optionsFor, payloadOf, portOf, record, startClient, startServer } from '../support/pair.ts';
import { startProxiedPair, startProxyBefore } from '../support/proxied-pair.ts';

const HANDSHAKE_TIMEOUT_MS = 250;

describe('nice-grpc#904', () => {
  it('a black hole that accepts TCP and never says WELCOME is handshake-timeout after 250 ms, and the next address is tried at once', async () => {
    const server = await startServer();
    const middlebox = await startProxyBefore(server);
    middlebox.set('blackholed');
    const logger = new LogTape();
    const beganAt = performance.now();
    const client = startClient({
      addresses: [optionsFor(middlebox.address) as { port: number }, optionsFor(server.address) as { port: number }],
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      logger,
    });
    const tape = record(client);
    await client.ready();
    expect(performance.now() - beganAt).toBeGreaterThanOrEqual(HANDSHAKE_TIMEOUT_MS - 1);
    expect(namesOf(tape)).toEqual(['connect']);
    expect(client.address).toBe(`127.0.0.1:${portOf(server.address)}`);
    const { fields } = await logger.tape.first(({ message }) => message === 'trying the next address');
    expect(fields).toMatchObject({ cause: 'handshake-timeout', evidence: { phase: 'handshake', epoch: 1 } });
  });

  it('a client that has lost its connection there tries again and again, 250 ms each, and is back with its session when the path is', async () => {
    const { client, clientTape, proxy } = await startProxiedPair({
      server: { onMessage: (message) => message },
      client: { handshakeTimeout: HANDSHAKE_TIMEOUT_MS, reconnect: { base: 20, cap: 20 } },
    });
    proxy.set('blackholed'); // for those who come
    proxy.reset('toClient'); // the established flow is dropped
    const sent = client.send('sent meanwhile');
    sent.catch(() => {}); // awaited below
    const failures = (): readonly unknown[] =>
      clientTape.all(({ type }) => type === 'reconnecting').map(({ payload }) => payload);
    await clientTape.until(() => failures().length === 3);
    expect(failures()).toMatchObject([
      { cause: 'reset' },
      { cause: 'handshake-timeout' },
      { cause: 'handshake-timeout' },
    ]);
    proxy.set('open');
    expect(await sent).toBe('sent meanwhile');
    expect(clientTape.items.at(-1)).toMatchObject({ type: 'connect', payload: { resumed: true } });
    expect(payloadOf(clientTape, 'disconnect').cause).toBe('reset');
  });
});
