// A client that has several addresses.

import { describe, expect, it } from 'vitest';
import { LogTape } from '../support/log-tape.ts';
import {
  endOf,
  FAST,
  freshPath,
  namesOf,
  optionsFor,
  payloadOf,
  portOf,
  record,
  startClient,
  startServer,
} from '../support/pair.ts';
import { bytesOf, listenRaw, PREAMBLE, welcomeFrame } from '../support/raw-peer.ts';

/** Where nobody listens. */
async function deadAddress(): Promise<{ readonly port: number; readonly host: string }> {
  const { net, address } = await listenRaw();
  await new Promise((resolve) => net.close(resolve));
  return address;
}

describe('a client with several addresses', () => {
  it('connects to the third at once where the first two refuse, and tells no reconnecting', async () => {
    const server = await startServer();
    const client = startClient({
      addresses: [await deadAddress(), { path: await freshPath() }, optionsFor(server.address) as { port: number }],
    });
    const tape = record(client);
    await client.ready();
    expect(client.address).toBe(`127.0.0.1:${portOf(server.address)}`);
    expect(namesOf(tape)).toEqual(['connect']);
  });

  it('goes on with the next where the first accepts and never says WELCOME, by the deadline of that address', async () => {
    const { peers, address } = await listenRaw();
    const server = await startServer();
    const client = startClient({
      addresses: [address, optionsFor(server.address) as { port: number }],
      handshakeTimeout: 150,
    });
    const tape = record(client);
    await client.ready();
    expect(await (await peers.first()).closed()).toContain('close');
    expect(namesOf(tape)).toEqual(['connect']);
    expect(payloadOf(tape, 'connect').epoch).toBe(2);
  });

  it('ends without reconnect only when all 2 have failed, with the last cause and every error', async () => {
    const refusing = [await deadAddress(), { path: await freshPath() }];
    const client = startClient({ addresses: refusing });
    const tape = record(client);
    const ready = client.ready();
    expect(await endOf(tape)).toMatchObject({ cause: 'refused', evidence: { code: 'ENOENT' } });
    await expect(ready).rejects.toMatchObject({
      code: 'ERR_CONNECT',
      message: expect.stringMatching(
        /^could not connect to .+, .+: refused \(connect ECONNREFUSED .+; connect ENOENT .+\)$/,
      ),
      cause: { errors: [{ code: 'ECONNREFUSED' }, { code: 'ENOENT' }] },
    });
  });

  it('tells reconnecting once for an attempt at all 3, and counts it as 1 of maxAttempts', async () => {
    const addresses = [await deadAddress(), await deadAddress(), { path: await freshPath() }];
    const client = startClient({ addresses, reconnect: { base: 10, cap: 10, maxAttempts: 2 } });
    const tape = record(client);
    await endOf(tape);
    expect(namesOf(tape)).toEqual(['reconnecting', 'reconnecting', 'end']);
  });

  it('comes back at the other of 2 when the first goes away, however long that wants to be left alone', async () => {
    const { peers, address } = await listenRaw();
    const server = await startServer();
    const client = startClient({
      addresses: [address, optionsFor(server.address) as { port: number }],
      reconnect: { base: 10, cap: 10 },
    });
    const tape = record(client);
    const peer = await peers.first();
    peer.write(PREAMBLE, bytesOf(welcomeFrame()));
    await client.ready();
    const farewell = { scope: 'connection', code: 'going-away', lastAccepted: 0, reason: '' } as const;
    peer.send({ type: 'close', ...farewell, retryAfterMs: 60_000, spreadMs: 0 });
    await tape.until((items) => items.filter(({ type }) => type === 'connect').length === 2);
    expect(namesOf(tape)).toEqual(['connect', 'disconnect', 'reconnecting', 'connect']);
    expect(payloadOf(tape, 'reconnecting').delayMs).toBeLessThanOrEqual(10);
    expect(client.address).toBe(`127.0.0.1:${portOf(server.address)}`);
  });

  it('waits for the earlier hint where both of 2 want to be left alone', async () => {
    const servers = [await listenRaw(), await listenRaw()];
    const client = startClient({
      addresses: servers.map(({ address }) => address),
      reconnect: { base: 1, cap: 1 },
      keepalive: FAST,
    });
    const told = client.next('reconnecting');
    for (const [at, { peers }] of servers.entries()) {
      const peer = await peers.first();
      const refusal = { scope: 'connection', code: 'going-away', lastAccepted: 0, reason: 'full' } as const;
      peer.write(PREAMBLE);
      peer.send({ type: 'close', ...refusal, retryAfterMs: 2_000 - 1_000 * at, spreadMs: 0 });
    }
    const { delayMs, cause } = await told;
    expect(cause).toBe('going-away');
    expect(delayMs).toBeGreaterThan(900);
    expect(delayMs).toBeLessThanOrEqual(1_000);
  });

  it('writes to the log which of them failed and why', async () => {
    const server = await startServer();
    const logger = new LogTape();
    const client = startClient({
      addresses: [await deadAddress(), optionsFor(server.address) as { port: number }],
      logger,
    });
    await client.ready();
    const line = await logger.tape.first(({ message }) => message === 'trying the next address');
    expect(line).toMatchObject({ level: 'debug', fields: { cause: 'refused', evidence: { code: 'ECONNREFUSED' } } });
  });
});
