import { describe, expect, it } from 'vitest';
import { namesOf, nextSession, startPair, startServer } from '../support/pair.ts';
import { probesOf, tapeProbes } from '../support/probes.ts';
import { RawPeer } from '../support/raw-peer.ts';

describe('who watches', () => {
  it('L1: lets a peer be silent where nobody watches, and judges it in 500 ms where somebody does', async () => {
    const [watching, trusting] = [await startServer(), await startServer({ keepalive: false })];
    const [judged, trusted] = [nextSession(watching), nextSession(trusting)];
    await RawPeer.open(trusting.address);
    await RawPeer.open(watching.address);
    const { session } = await judged;
    expect((await session.next('end')).cause).toBe('silent');
    const { tape } = await trusted;
    expect(namesOf(tape)).toEqual(['connect']);
    expect(trusting.sessions.size).toBe(1);
  });
});

describe('two watchers', () => {
  it('L8: do not double the traffic: where one always probes first, 6 probes leave it and at most 1 the other', async () => {
    const keepalive = { idle: 300, interval: 200, probes: 3 };
    const probes = tapeProbes();
    const { client, session } = await startPair({
      server: { keepalive, random: () => 0.99 }, // idle is 10 % shorter
      client: { keepalive, random: () => 0 }, // idle is what it says
    });
    await probes.until(() => probesOf(probes, session).length >= 6);
    expect(probesOf(probes, client).length).toBeLessThanOrEqual(1);
  });

  it('L3: are raised to the ping spacing that the peer accepts, and connect tells the new bound of 1200 ms', async () => {
    const { clientTape, serverTape } = await startPair({ server: { minPingInterval: 300 } });
    const [{ payload: ofClient }, { payload: ofServer }] = [await clientTape.first(), await serverTape.first()];
    expect(ofClient).toEqual({
      epoch: 1,
      resumed: false,
      keepalive: { idleMs: 300, intervalMs: 300, probes: 3 },
      boundMs: 1200,
      raised: true,
    });
    expect(ofServer).toMatchObject({ boundMs: 500, raised: false });
  });
});
