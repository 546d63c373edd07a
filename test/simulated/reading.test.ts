import { chunksOf, randomChunks, seededRandom } from '@systole/testing';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { connectPair, createPair, eventOf, namesOf, type PairEnd } from '../support/session-pair.ts';

const BOUND_MS = 35_000;

describe('L5: we ourselves do not read', () => {
  it('for 50,000 ms, and the peer lives: nobody is blamed, before or after', async () => {
    const { world, client } = connectPair({ server: { keepalive: false } });
    await world.advanceAsync(19_000);
    client.connection.pause();
    await world.advanceAsync(50_000);
    client.connection.resume();
    await world.advanceAsync(100_000);
    expect(namesOf(client)).toEqual(['connect']);
  });

  it('for ever: the verdict is frozen for the 60,000 ms of pausedTimeout, and then runs on', async () => {
    const { world, client } = connectPair({ server: { keepalive: false } });
    await world.advanceAsync(10_000);
    client.connection.pause();
    await world.advanceAsync(200_000);
    expect(eventOf(client, 'dead')).toMatchObject({ at: 10_000 + 60_000 + 15_000, payload: { cause: 'silent' } });
  });

  it('and the peer is gone: what was left of the silence goes on when we read again', async () => {
    const { world, link, client } = connectPair({ server: { keepalive: false } });
    await world.advanceAsync(1);
    link.crash('b');
    await world.advanceAsync(29_999);
    client.connection.pause(); // 5,000 ms before the verdict
    await world.advanceAsync(40_000);
    client.connection.resume();
    await world.advanceAsync(4_999);
    expect(client.ending).toBeUndefined();
    await world.advanceAsync(1);
    expect(eventOf(client, 'dead')?.payload.evidence.silenceMs).toBe(BOUND_MS + 40_000);
  });

  it('D5: a handler of 30 s a message does not let its peer doubt us: 20 messages, credit for 4, nobody dies', async () => {
    const handled: number[] = [];
    const { world, client, server } = connectPair({
      server: {
        maxMessageBytes: 100,
        maxUnhandledBytes: 4 * 129, // each takes 1 byte, and 128 beside it
        handler: (message) =>
          new Promise<void>((resolve) => {
            world.callAt(world.now + 30_000, () => {
              handled.push(Number(message));
              resolve();
            });
          }),
      },
    });
    const sent = Array.from({ length: 20 }, (_, index) => client.session.send(index));
    await world.advanceAsync(1_000);
    expect(client.session.inspect().credit).toBe(0);
    await world.advanceAsync(20 * 30_000);
    await Promise.all(sent);
    expect(handled).toEqual(Array.from({ length: 20 }, (_, index) => index));
    expect(namesOf(server)).toEqual(['connect']);
    expect(namesOf(client)).toEqual(['connect']);
  });
});

describe('L2: evidence is bytes', () => {
  it('a message that takes 100 s, at 1 KB/s, is life: no frame is whole before its end, and the bound is 7 s', async () => {
    const { world, client, server } = connectPair(
      {
        server: { keepalive: 'lan', minPingInterval: 100, handler: () => {} },
        client: { keepalive: false },
        // Room on the way for 1,000 bytes; more takes 2 ms to get there, and the server runs for 1 ms a second.
        link: { latencyMs: 1, aToB: { bufferBytes: 1_000 } },
      },
      2,
    );
    let isHandled = false;
    client.session.send(new Uint8Array(100_000)).then(
      () => {
        isHandled = true;
      },
      () => {},
    );
    await world.settle();
    for (let second = 1; second <= 110; second += 1) {
      server.clock.stall(999);
      await world.advanceAsync(1_000);
      if (second === 98) expect(isHandled).toBe(false);
    }
    expect(isHandled).toBe(true);
    expect(namesOf(server)).toEqual(['connect']);
  });
});

describe('invariant 14: it does not matter how the bytes are cut', () => {
  interface Traffic {
    readonly at: number;
    readonly from: 'client' | 'server';
    readonly bytes: number;
  }

  const traffic: fc.Arbitrary<Traffic[]> = fc.array(
    fc.record({
      at: fc.integer({ min: 0, max: 90_000 }),
      from: fc.constantFrom('client' as const, 'server' as const),
      bytes: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 4_000, max: 9_000 })),
    }),
    { maxLength: 12 },
  );

  /** All but how answers are gathered: bytes that come together are answered together. */
  function seen(end: PairEnd): object {
    return {
      told: end.told,
      pings: end.sent.timesOf('ping'),
      pongs: end.sent.timesOf('pong'),
      data: end.sent.timesOf('data'),
      heardAt: end.heardAt,
      rtt: end.session.inspect().rtt,
    };
  }

  /** What comes of this traffic, and of a cut after it, where the stream arrives in such chunks. */
  async function run(events: readonly Traffic[], chunking: ReturnType<typeof chunksOf>): Promise<object> {
    const handled: Record<Traffic['from'], number[]> = { client: [], server: [] };
    const { world, link, client, server } = createPair({
      client: { random: seededRandom(1), handler: (message) => handled.client.push((message as Uint8Array).length) },
      server: { random: seededRandom(2), handler: (message) => handled.server.push((message as Uint8Array).length) },
      link: { latencyMs: 15, chunking },
    });
    const results: unknown[] = [];
    for (const [index, { at, from, bytes }] of events.entries()) {
      world.callAt(at, () => {
        const { session } = from === 'client' ? client : server;
        session.send(new Uint8Array(bytes)).then(
          (value) => {
            results[index] = [world.now, value];
          },
          (error: { code: string }) => {
            results[index] = [world.now, error.code];
          },
        );
      });
    }
    await world.advanceAsync(95_000);
    link.cut();
    await world.advanceAsync(50_000);
    return { client: seen(client), server: seen(server), handled, results };
  }

  it('one byte at a time gives the same events, PINGs, results and instants as whole chunks do, whatever the traffic', async () => {
    await fc.assert(
      fc.asyncProperty(traffic, async (events) => {
        expect(await run(events, chunksOf(1))).toEqual(await run(events, chunksOf(65_536)));
      }),
      { numRuns: 25 },
    );
  });

  it('and so does any other way to cut them', async () => {
    await fc.assert(
      fc.asyncProperty(traffic, fc.nat(), async (events, seed) => {
        const ragged = randomChunks(seededRandom(seed), 300);
        expect(await run(events, ragged)).toEqual(await run(events, chunksOf(65_536)));
      }),
      { numRuns: 25 },
    );
  });
});
