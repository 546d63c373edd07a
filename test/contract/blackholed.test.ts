import { describe as promise } from '@systole/server';
import { startFaultProxy } from '@systole/testing/proxy';
import { describe, expect, it, onTestFinished } from 'vitest';
import { endOf, FAST, namesOf, nextSession, payloadOf, record } from '../support/pair.ts';
import { startClientOver, startServerOver, TRANSPORTS } from '../support/transports.ts';

/** All extensions of a verdict used up, and room for a machine that is busy with other tests. */
const LATEST_MS = (promise({ keepalive: FAST, writeTimeout: 10, pausedTimeout: 0 })?.maxBoundMs ?? 0) + 500;

describe.each(TRANSPORTS)('a network that has died, over %s', (transport) => {
  it('is silent at both ends, with 3 probes sent, and within the bound', async () => {
    const { server, address } = await startServerOver(transport);
    await using proxy = await startFaultProxy({ target: address });
    onTestFinished(() => proxy.close());
    const arrival = nextSession(server);
    const client = await startClientOver(transport, proxy.address);
    const clientTape = record(client);
    const [{ session, tape: serverTape }] = await Promise.all([arrival, client.ready()]);
    await Promise.all([client.verify(), session.verify()]); // idle is no longer the short one after a connect
    proxy.set('blackholed');
    for (const tape of [clientTape, serverTape]) {
      expect((await endOf(tape)).cause).toBe('silent');
      const { evidence } = payloadOf(tape, 'disconnect');
      expect(evidence.silenceMs).toBeGreaterThanOrEqual(FAST.interval * FAST.probes);
      expect(evidence.silenceMs).toBeLessThanOrEqual(LATEST_MS);
      // A stall of our own can swallow probes, which are not made up for: the time for their answers is (L5).
      expect(evidence.probesSent).toBeGreaterThanOrEqual(evidence.stallMs === undefined ? 3 : 1);
      expect(namesOf(tape).slice(-4)).toEqual(['suspect', 'dead', 'disconnect', 'end']);
    }
  });

  it('is alive again after an outage of 2 probes, and loses no message of 20 in each direction', async () => {
    const keepalive = { idle: 200, interval: 1_000, probes: 4 };
    const echo = (message: unknown): unknown => message;
    const { server, address } = await startServerOver(transport, { keepalive, onMessage: echo });
    await using proxy = await startFaultProxy({ target: address });
    const arrival = nextSession(server);
    const client = await startClientOver(transport, proxy.address, { keepalive, onMessage: echo });
    const clientTape = record(client);
    const [{ session }] = await Promise.all([arrival, client.ready()]);
    proxy.set('blackholed');
    const numbers = Array.from({ length: 20 }, (_, index) => index);
    const results = [client, session].flatMap((end) => numbers.map((number) => end.send(number)));
    await clientTape.first(({ type }) => type === 'suspect');
    proxy.set('open');
    expect(await Promise.all(results)).toEqual([...numbers, ...numbers]);
    expect(namesOf(clientTape)).toEqual(['connect', 'suspect', 'alive']);
  });
});

describe.each(TRANSPORTS)('a peer that is reached a byte each 20 ms, over %s', (transport) => {
  it('L2: is never suspected, though no record of TLS is whole for longer than the bound', async () => {
    const { server, address } = await startServerOver(transport, { keepalive: false });
    await using proxy = await startFaultProxy({ target: address });
    const arrival = nextSession(server);
    const onMessage = (message: unknown): number => (message as string).length;
    const client = await startClientOver(transport, proxy.address, { onMessage });
    const clientTape = record(client);
    const [{ session }] = await Promise.all([arrival, client.ready()]);
    proxy.set({ drip: 20 }, 'toClient');
    expect(await session.send('x'.repeat(60))).toBe(60); // under way for more than 1,200 ms
    expect(namesOf(clientTape)).toEqual(['connect']);
  });
});
