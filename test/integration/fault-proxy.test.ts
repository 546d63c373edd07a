import type { Session } from '@systole/client';
import { describe as promise } from '@systole/server';
import { describe, expect, it } from 'vitest';
import { tapeChannel } from '../support/channel-tape.ts';
import { endOf, FAST, namesOf, payloadOf } from '../support/pair.ts';
import { startProxiedPair } from '../support/proxied-pair.ts';

/** All extensions of a verdict used up, and room for a machine that is busy with other tests. */
const LATEST_MS = (promise({ keepalive: FAST, writeTimeout: 10, pausedTimeout: 0 })?.maxBoundMs ?? 0) + 500;

/** From evidence on, idle may be shortened by 10 %; never the window of the probes. */
const EARLIEST_MS = 0.9 * FAST.idle + FAST.interval * FAST.probes;

/** Outlives an outage of a second. */
const PATIENT = { idle: 200, interval: 2_000, probes: 3 } as const;

describe('through a fault proxy', () => {
  it('a blackhole is silent at both ends, not before 0.9 x 200 + 3 x 100 ms after the last evidence and within the bound', async () => {
    const probes = tapeChannel<{ readonly session: Session }>('probe');
    const { clientTape, serverTape, client, session, proxy } = await startProxiedPair();
    for (const one of [client, session]) await probes.first((probe) => probe.session === one); // idle is no longer the short first one
    await client.verify();
    await session.verify();
    proxy.set('blackholed');
    for (const tape of [clientTape, serverTape]) {
      expect((await endOf(tape)).cause).toBe('silent');
      const { evidence } = payloadOf(tape, 'disconnect');
      expect(evidence.silenceMs).toBeGreaterThanOrEqual(EARLIEST_MS);
      expect(evidence.silenceMs).toBeLessThanOrEqual(LATEST_MS);
      expect(namesOf(tape).slice(-4)).toEqual(['suspect', 'dead', 'disconnect', 'end']);
    }
  });

  it('a blackhole that is lifted before the verdict costs no message and no connection', async () => {
    const { client, session, clientTape, serverTape, proxy } = await startProxiedPair({
      server: { keepalive: PATIENT, onMessage: (message) => message },
      client: { keepalive: PATIENT },
    });
    proxy.set('blackholed');
    const sent = client.send('held');
    await client.next('suspect');
    proxy.set('open');
    expect(await sent).toBe('held');
    expect([client.epoch, session.epoch]).toEqual([1, 1]);
    for (const tape of [clientTape, serverTape]) expect(namesOf(tape)).not.toContain('disconnect');
  });

  it('a client comes back once the blackhole is lifted, and no attempt made meanwhile ever reaches the server', async () => {
    const { server, client, proxy } = await startProxiedPair({
      client: { reconnect: { base: 50, cap: 50 }, handshakeTimeout: 200 },
    });
    const rejections: unknown[] = [];
    server.on('rejected', (event) => rejections.push(event));
    proxy.set('blackholed');
    while ((await client.next('reconnecting')).attempt < 3);
    const again = client.next('connect');
    proxy.set('open');
    await again;
    await client.verify();
    expect(rejections).toEqual([]);
    expect(server.inspect().arrivals).toBe(0);
  });

  it('a reset is reset at both ends', async () => {
    const { clientTape, serverTape, proxy } = await startProxiedPair();
    proxy.reset();
    for (const tape of [clientTape, serverTape]) expect((await endOf(tape)).cause).toBe('reset');
  });

  it('a reset of the client alone leaves the server in silence: reset there, silent here', async () => {
    const { clientTape, serverTape, proxy } = await startProxiedPair();
    proxy.reset('toClient');
    expect((await endOf(clientTape)).cause).toBe('reset');
    expect((await endOf(serverTape)).cause).toBe('silent');
  });

  it('a FIN without a goodbye is eof at both ends', async () => {
    const { clientTape, serverTape, proxy } = await startProxiedPair();
    proxy.fin();
    for (const tape of [clientTape, serverTape]) expect((await endOf(tape)).cause).toBe('eof');
  });

  it('a FIN in the middle of a frame, after 3 more bytes, is eof too', async () => {
    const { client, clientTape, serverTape, proxy } = await startProxiedPair({ server: { keepalive: false } });
    proxy.truncate(3, 'toServer');
    client.send('more than 3 bytes').catch(() => {}); // it is in doubt
    expect((await endOf(serverTape)).cause).toBe('eof');
    await endOf(clientTape);
  });

  it('a drip of one byte each 10 ms is alive: 6 probes are answered, and nobody is dead', async () => {
    const probes = tapeChannel<{ readonly number: number }>('probe');
    const { client, clientTape, serverTape, proxy } = await startProxiedPair({
      server: { keepalive: false },
      client: { keepalive: { idle: 200, interval: 500, probes: 3 } },
    });
    proxy.set({ drip: 10 });
    await probes.first(({ number }) => number >= 6); // each follows an answer, or is one of a silence
    await client.verify();
    for (const tape of [clientTape, serverTape]) expect(namesOf(tape)).not.toContain('dead');
    expect(client.inspect().rtt?.smoothedMs).toBeGreaterThanOrEqual(20);
    expect(client.epoch).toBe(1);
  });

  it('a server that stops reading is alive for as long as it speaks, and silent for its client when it stops', async () => {
    const { clientTape, serverTape, proxy } = await startProxiedPair({ server: { keepalive: false } });
    proxy.set('frozen', 'toServer');
    expect((await endOf(clientTape)).cause).toBe('silent'); // PINGs are taken, and never answered
    proxy.set('open');
    expect(['closed-by-peer', 'eof', 'reset']).toContain((await endOf(serverTape)).cause); // L9: the CLOSE it left
  });
});
