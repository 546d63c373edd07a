import { SimulatedWorld, seededRandom } from '@systole/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { connectPair, createPair, namesOf, type SessionPair } from '../support/session-pair.ts';

const DAY_MS = 24 * 3_600_000;

function pingsOf({ client, server }: SessionPair): number {
  return client.sent.timesOf('ping').length + server.sent.timesOf('ping').length;
}

describe('an idle pair', () => {
  it('lives for 100,000 s without an event but connect, in less than 1 s of processor time', () => {
    let bestS = Number.POSITIVE_INFINITY;
    // A busy machine may spoil one measurement, hardly three.
    for (let attempt = 0; attempt < 3 && bestS >= 1; attempt += 1) {
      const { world, client, server } = connectPair({ both: { random: seededRandom(1) } });
      const before = process.cpuUsage();
      world.advance(100_000_000);
      const { user, system } = process.cpuUsage(before);
      bestS = Math.min(bestS, (user + system) / 1e6);
      expect([namesOf(client), namesOf(server)]).toEqual([['connect'], ['connect']]);
      expect(client.session.inspect()).toMatchObject({ state: 'open', belief: 'alive', upMs: 100_000_000 });
    }
    expect(bestS).toBeLessThan(1);
  });

  it('L3: one watcher probes each 20,000 ms, as nothing else is evidence: 4,320 PINGs a day, and as many PONGs', () => {
    const pair = connectPair({ server: { keepalive: false } });
    pair.world.advance(DAY_MS);
    expect(pair.client.sent.timesOf('ping').slice(0, 3)).toEqual([20_000, 40_000, 60_000]);
    expect(pair.client.sent.timesOf('ping').length).toBe(4_320);
    expect(pair.server.sent.timesOf('pong').length).toBe(4_320);
    expect(pair.server.sent.timesOf('ping')).toEqual([]);
  });

  it('L7: measures the round trip over a way of 30 ms there and 50 ms back: 80 ms', () => {
    const link = { aToB: { latencyMs: 30 }, bToA: { latencyMs: 50 } };
    const { world, client, server } = connectPair({ link, server: { keepalive: false } }, 80);
    world.advance(100_000);
    expect(client.session.inspect().rtt).toMatchObject({ latestMs: 80, smoothedMs: 80, minMs: 80, jitterMs: 0 });
    expect(server.session.inspect().rtt).toBeUndefined();
    expect(client.told.map(({ at, name }) => [at, name])).toEqual([[80, 'connect']]);
  });

  it('L7: a round trip of up to 4,900 ms is no reason to suspect anybody', () => {
    const random = seededRandom(1);
    const link = { latencyMs: () => 2_450 * random() };
    const { world, client, server } = connectPair({ link }, 5_000);
    world.advance(20_000_000);
    expect([namesOf(client), namesOf(server)]).toEqual([['connect'], ['connect']]);
    expect(client.session.inspect().rtt?.minMs).toBeLessThan(1_000);
  });

  it('L1: nobody watches, and nobody sends a byte for a day', () => {
    const { world, link } = connectPair({ both: { keepalive: false } });
    const before = [link.aToB.writtenBytes, link.bToA.writtenBytes];
    world.advance(DAY_MS);
    expect([link.aToB.writtenBytes, link.bToA.writtenBytes]).toEqual(before);
    expect(world.nextAt).toBeUndefined();
  });

  it('W2: 1 heartbeat takes 3 bytes each way, in 1 write each', () => {
    const { world, link } = connectPair({ server: { keepalive: false } });
    const before = { there: link.aToB, back: link.bToA };
    world.advance(20_000);
    expect(link.aToB.writtenBytes - before.there.writtenBytes).toBe(3);
    expect(link.bToA.writtenBytes - before.back.writtenBytes).toBe(3);
    expect([link.aToB.writes - before.there.writes, link.bToA.writes - before.back.writes]).toEqual([1, 1]);
  });
});

describe('L8: two watchers, one beat', () => {
  /** PINGs of both ends in 50,000 s, where idle is 18 to 20 s. */
  function pingsWith(serverWatches: boolean, seed: number): number {
    const pair = connectPair(
      {
        client: { random: seededRandom(seed) },
        server: { random: seededRandom(seed + 1), ...(serverWatches ? {} : { keepalive: false }) },
        link: { latencyMs: 20 },
      },
      40,
    );
    pair.world.advance(50_000_000);
    return pingsOf(pair);
  }

  it.each([1, 2])('two watchers send less than a tenth more PINGs than one does: seed %i', (seed) => {
    const one = pingsWith(false, seed);
    const two = pingsWith(true, seed);
    expect(one).toBeGreaterThan(50_000 / 20);
    expect(one).toBeLessThan(50_000 / 18);
    expect(two).toBeLessThan(one * 1.1);
  });

  it('both ends have a round trip, whoever pings: no watcher is left blind', () => {
    const pair = connectPair({ client: { random: seededRandom(5) }, server: { random: seededRandom(6) } });
    pair.world.advance(DAY_MS);
    expect(pair.client.session.inspect().rtt?.latestMs).toBe(0);
    expect(pair.server.session.inspect().rtt?.latestMs).toBe(0);
  });

  it('the longer of two idles never probes: the PINGs of the shorter one are evidence', () => {
    const pair = connectPair({ server: { keepalive: { idle: '10s' } } });
    pair.world.advance(100_000);
    expect(pair.client.sent.timesOf('ping')).toEqual([]);
    expect(pair.server.sent.timesOf('ping').length).toBe(10);
  });
});

describe('L8: a fleet does not beat in step', () => {
  /** The PINGs of 1,000 clients of one server, which were all connected at 0, in 200 s. */
  const pings: number[] = [];

  beforeAll(() => {
    const world = new SimulatedWorld();
    const clock = world.clock();
    const pairs = Array.from({ length: 1_000 }, (_, index) =>
      createPair({ world, client: { random: seededRandom(index) }, server: { clock, keepalive: false } }),
    );
    world.advance(200_000);
    for (const { client } of pairs) pings.push(...client.sent.timesOf('ping'));
  });

  /** How many PINGs fall into each slot. */
  function histogram(slotMs: number): number[] {
    const counts: number[] = [];
    for (const at of pings) {
      const slot = Math.floor(at / slotMs);
      counts[slot] = (counts[slot] ?? 0) + 1;
    }
    return counts;
  }

  it('the first PINGs of 1,000 clients are spread over 20 s: 60 to 140 in each of the first 9 tenths', () => {
    // A second PING comes 18 s after the first, at the earliest.
    for (const count of histogram(2_000).slice(0, 9)) {
      expect(count).toBeGreaterThan(60);
      expect(count).toBeLessThan(140);
    }
  });

  it('in 200 s no 100 ms have more than 25 PINGs, where 1,000 in step would have 1,000', () => {
    expect(pings.length).toBeGreaterThan(9_500);
    expect(Math.max(...histogram(100).filter((count) => count > 0))).toBeLessThanOrEqual(25);
  });
});
