import { describe as promiseOf, type Stall } from '@systole/core';
import { SimulatedWorld, seededRandom } from '@systole/testing';
import { describe, expect, it } from 'vitest';
import { connectPair, eventOf, namesOf, type SessionPair } from '../support/session-pair.ts';

const BOUND_MS = 35_000;

/** A watcher at the client's end, and a peer that watches nobody: it must not mind that the watcher stalls. */
function connectWatcher(latencyMs = 30): SessionPair {
  return connectPair({ server: { keepalive: false }, link: { latencyMs } }, 2 * latencyMs);
}

function stallsOf({ client }: SessionPair): Stall[] {
  const stalls: Stall[] = [];
  client.clock.onStall((stall) => stalls.push(stall));
  return stalls;
}

describe('L5: a stalled watcher does not blame a living peer', () => {
  it.each([0.75, 2, 10])('for %d x the bound, at 160 moments: no suspect, no dead, and 1 stall', (times) => {
    const stallMs = times * BOUND_MS;
    for (let at = 0; at < 40_000; at += 250) {
      const pair = connectWatcher();
      const stalls = stallsOf(pair);
      pair.world.advance(at);
      pair.client.clock.stall(stallMs);
      pair.world.advance(stallMs + 60_000);
      expect(namesOf(pair.client), `a stall at ${at}`).toEqual(['connect']);
      expect(stalls.length, `a stall at ${at}`).toBe(1);
      expect(pair.client.session.inspect().belief).toBe('alive');
    }
  });

  it('with the PONG in flight as it begins: it waits unread, the late timer rings first, and nobody dies', () => {
    for (const stallMs of [26_250, 70_000, 350_000]) {
      const pair = connectWatcher(30);
      const stalls = stallsOf(pair);
      pair.world.advance(20_000); // PING left at 20,060, its PONG is due at 20,120
      expect(pair.client.sent.timesOf('ping')).toEqual([20_060]);
      pair.world.advance(30);
      pair.client.clock.stall(stallMs);
      pair.world.advance(stallMs);
      pair.world.advance(10_000);
      expect(namesOf(pair.client)).toEqual(['connect']);
      expect(stalls.map(({ kind }) => kind)).toEqual(['blocked']);
      expect(pair.client.received.timesOf('pong').slice(0, 1)).toEqual([20_090 + stallMs]);
    }
  });

  it('with a silence that had 1 ms to go: it wakes, asks again, and hears the answer', () => {
    const pair = connectWatcher(0);
    pair.world.advance(19_999);
    pair.link.cut();
    pair.world.advance(15_000); // 34,999
    pair.client.clock.stall(60_000);
    pair.link.heal(); // the PINGs arrive at 46,880, while it is stopped, and so do the PONGs
    pair.world.advance(120_000);
    expect(namesOf(pair.client)).toEqual(['connect', 'suspect', 'alive']);
  });

  it('reports a stall once for the process, and not for each of 100 sessions; none of them is judged', () => {
    const world = new SimulatedWorld();
    const clock = world.clock();
    const stalls: Stall[] = [];
    clock.onStall((stall) => stalls.push(stall));
    const pairs = Array.from({ length: 100 }, (_, index) =>
      connectPair({
        world,
        link: { latencyMs: 0 },
        client: { clock, random: seededRandom(index) },
        server: { keepalive: false },
      }),
    );
    world.advance(50_000);
    clock.stall(80_000);
    world.advance(200_000);
    expect(stalls.length).toBe(1);
    for (const { client } of pairs) expect(namesOf(client)).toEqual(['connect']);
  });

  it('a sweep that judges 100 dead peers at once does not excuse them: all at their own bound', () => {
    const world = new SimulatedWorld();
    const clock = world.clock();
    const pairs = Array.from({ length: 100 }, (_, index) =>
      connectPair({ world, client: { clock, random: seededRandom(index) }, server: { keepalive: false } }),
    );
    world.advance(10_000);
    for (const { link } of pairs) link.crash('b');
    world.advance(60_000);
    for (const { client } of pairs) {
      const [first] = client.sent.timesOf('ping').filter((at) => at > client.heardAt);
      expect(eventOf(client, 'dead')?.at).toBeCloseTo((first ?? 0) + 15_000, 6);
    }
  });

  it('ordinary lateness of 100 ms is no stall, and moves no verdict', () => {
    const pair = connectWatcher(0);
    const stalls = stallsOf(pair);
    pair.world.advance(1);
    pair.link.crash('b');
    pair.world.advance(19_999 - 1);
    pair.client.clock.stall(101); // the alarm of 20,000 rings at 20,100
    pair.world.advance(60_000);
    expect(stalls).toEqual([]);
    expect(eventOf(pair.client, 'dead')?.at).toBe(BOUND_MS);
  });
});

describe('L5: a dead peer is found, however often the watcher stalls', () => {
  const maxBoundMs = promiseOf()?.maxBoundMs ?? 0;

  it.each([
    [200, 1_000],
    [1_500, 500],
    [3_000, 1_000],
    [6_000, 100],
    [20_000, 50],
    [60_000, 10],
  ])(
    'stalls of %i ms with %i ms between them: within the maximal bound of describe(), its own stalls aside',
    (stallMs, gapMs) => {
      for (const deadAt of [1, 10_000, 25_500]) {
        const pair = connectWatcher(0);
        pair.world.advance(deadAt);
        pair.link.crash('b');
        let ranMs = 0;
        for (let round = 0; pair.client.ending === undefined && round < 2_000; round += 1) {
          pair.client.clock.stall(stallMs);
          pair.world.advance(stallMs + gapMs);
          ranMs += gapMs;
        }
        expect(pair.client.ending?.cause, `dead at ${deadAt}`).toBe('silent');
        expect(ranMs, `dead at ${deadAt}`).toBeLessThanOrEqual(maxBoundMs);
        expect(namesOf(pair.client)).toEqual(['connect', 'suspect', 'dead', 'disconnect', 'end']);
      }
    },
  );

  it('1 stall over the deadline puts the verdict off to one interval after it', () => {
    const pair = connectWatcher(0);
    pair.world.advance(1);
    pair.link.crash('b');
    pair.world.advance(30_000);
    pair.client.clock.stall(8_000); // from 30,001 to 38,001: the alarm of 35,000 is late by 3,001
    pair.world.advance(60_000);
    expect(eventOf(pair.client, 'dead')?.at).toBe(43_001);
    expect(pair.client.ending?.evidence.stallMs).toBe(3_001);
  });

  it('1 stall over the deadline that makes the alarm late by less than a quarter of the interval puts nothing off', () => {
    const pair = connectWatcher(0);
    pair.world.advance(1);
    pair.link.crash('b');
    pair.world.advance(30_000);
    pair.client.clock.stall(6_249); // the alarm of 35,000 rings at 36,250
    pair.world.advance(60_000);
    expect(eventOf(pair.client, 'dead')?.at).toBe(36_250);
  });
});

describe('L5: the system sleeps', () => {
  it('for 1 hour, and the peer lives: it is asked at once, and nobody is blamed', () => {
    const pair = connectWatcher(30);
    const stalls = stallsOf(pair);
    pair.world.advance(5_000);
    const sleptAt = pair.client.clock.now();
    pair.client.clock.sleep(3_600_000);
    pair.world.advance(3_600_000);
    expect(stalls).toMatchObject([{ kind: 'slept', durationMs: 3_600_000 }]);
    expect(pair.client.sent.timesOf('ping')).toEqual([sleptAt]);
    pair.world.advance(100_000);
    expect(namesOf(pair.client)).toEqual(['connect']);
  });

  it('for 1 hour, and the peer is gone meanwhile: the verdict comes 15,000 ms after it wakes, not 35,000', () => {
    const pair = connectWatcher(0);
    pair.world.advance(5_000);
    pair.client.clock.sleep(3_600_000);
    pair.world.advance(1_000);
    pair.link.crash('b');
    pair.world.advance(3_599_000);
    const awakeAt = pair.client.clock.now();
    pair.world.advance(60_000);
    expect(eventOf(pair.client, 'dead')?.at).toBe(awakeAt + 15_000);
    expect(pair.client.ending?.evidence.stallMs).toBe(3_600_000);
  });

  it('in the midst of a silence: an interval more for the answer, and no verdict in between', () => {
    const pair = connectWatcher(30);
    pair.world.advance(20_000);
    pair.link.cut();
    pair.world.advance(12_000);
    pair.client.clock.sleep(600_000);
    pair.world.advance(10_000);
    pair.link.heal();
    pair.world.advance(700_000);
    expect(namesOf(pair.client)).not.toContain('dead');
    expect(pair.client.session.inspect().belief).toBe('alive');
  });
});
