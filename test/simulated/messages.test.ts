import { randomChunks, seededRandom } from '@systole/testing';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { connectPair, type EndOptions, namesOf, type SessionPair } from '../support/session-pair.ts';

function watch(promise: Promise<unknown>): { now: unknown } {
  const fate: { now: unknown } = { now: 'pending' };
  promise.then(
    (value) => {
      fate.now = value;
    },
    (error: { code: string }) => {
      fate.now = error.code;
    },
  );
  return fate;
}

/** A handler that takes so long for each message, writes down when it begins and ends, and returns what it got. */
function createHandler(pair: () => SessionPair, ms: () => number) {
  const log: string[] = [];
  let running = 0;
  const handler = (message: unknown): Promise<unknown> => {
    running += 1;
    if (running > 1) log.push(`two at once: ${message}`);
    log.push(`begin ${message}`);
    return new Promise((resolve) => {
      const { world } = pair();
      world.callAt(world.now + ms(), () => {
        running -= 1;
        log.push(`end ${message}`);
        resolve(message);
      });
    });
  };
  return { log, handler };
}

describe('messages in both directions', () => {
  it('D1: 100 from each end arrive in order, one handler at a time, and each result goes to its message', async () => {
    const random = seededRandom(7);
    let pair: SessionPair;
    const [there, back] = [0, 1].map(() =>
      createHandler(
        () => pair,
        () => 50 * random(),
      ),
    );
    pair = connectPair(
      {
        client: { handler: back!.handler },
        server: { handler: there!.handler },
        link: { latencyMs: () => 30 * random(), chunking: randomChunks(random, 50) },
      },
      100,
    );
    const { world, client, server } = pair;
    const fates: { now: unknown }[] = [];
    const numbers = Array.from({ length: 100 }, (_, index) => index);
    for (const number of numbers) {
      fates.push(watch(client.session.send(`c${number}`)), watch(server.session.send(`s${number}`)));
      await world.advanceAsync(40 * random());
    }
    await world.advanceAsync(20_000);
    expect(there!.log).toEqual(numbers.flatMap((number) => [`begin c${number}`, `end c${number}`]));
    expect(back!.log).toEqual(numbers.flatMap((number) => [`begin s${number}`, `end s${number}`]));
    expect(fates.map(({ now }) => now)).toEqual(numbers.flatMap((number) => [`c${number}`, `s${number}`]));
    expect([namesOf(client), namesOf(server)]).toEqual([['connect'], ['connect']]);
  });

  it('1,000 messages of one turn leave in 1 write, and their answers come back in 1 write', async () => {
    const { world, link, client } = connectPair({ server: { handler: () => {} } });
    await world.settle();
    const before = { there: link.aToB.writes, back: link.bToA.writes };
    const sent = Array.from({ length: 1_000 }, (_, index) => client.session.send(index));
    await world.advanceAsync(0);
    await Promise.all(sent);
    expect([link.aToB.writes - before.there, link.bToA.writes - before.back]).toEqual([1, 1]);
  });

  it('a handler may send to its peer, and await the answer, before it answers itself', async () => {
    const options: { client: EndOptions; server: EndOptions } = {
      client: { handler: (message) => `client has ${message}` },
      server: { handler: (message) => pair.server.session.send(`echo of ${message}`) },
    };
    const pair = connectPair({ ...options, link: { latencyMs: 10 } }, 20);
    const fate = watch(pair.client.session.send('x'));
    await pair.world.advanceAsync(40);
    expect(fate.now).toBe('client has echo of x');
  });

  it('a peer that reads 64 KiB a second hears us among 6 MB of messages, and answers them all', async () => {
    const { world, client, server } = connectPair(
      {
        client: { keepalive: false },
        server: { keepalive: 'lan', minPingInterval: 100, handler: () => {} },
        link: { latencyMs: 1, aToB: { bufferBytes: 65_536 } },
      },
      2,
    );
    const sent = Array.from({ length: 400 }, () => client.session.send(new Uint8Array(16_000)));
    for (let i = 0; i < 120; i += 1) {
      server.clock.stall(999);
      await world.advanceAsync(1_000);
    }
    await Promise.all(sent);
    expect(namesOf(server)).toEqual(['connect']);
  });
});

describe('messages and endings', () => {
  it('D4: a cut puts 2 sent messages in doubt, at the verdict of 35,000 ms and not before', async () => {
    const { world, link, client } = connectPair({ server: { handler: () => {} }, link: { latencyMs: 20 } }, 40);
    await world.advanceAsync(1_000);
    link.cut('b-to-a'); // the peer handles them, and nobody here will know
    const fates = [watch(client.session.send('a')), watch(client.session.send('b'))];
    await world.advanceAsync(33_999);
    expect(fates.map(({ now }) => now)).toEqual(['pending', 'pending']);
    await world.advanceAsync(1);
    expect(client.ending?.cause).toBe('silent');
    expect(fates.map(({ now }) => now)).toEqual(['ERR_IN_DOUBT', 'ERR_IN_DOUBT']);
    await expect(client.session.send('c')).rejects.toMatchObject({ code: 'ERR_CLOSED' });
  });

  it('a cut that heals in time loses nothing: 10 messages sent into it are handled in order, once', async () => {
    const handled: unknown[] = [];
    const { world, link, client } = connectPair({ server: { handler: (message) => void handled.push(message) } });
    await world.advanceAsync(1_000);
    link.cut();
    const sent = Array.from({ length: 10 }, (_, index) => client.session.send(index));
    await world.advanceAsync(6_000);
    link.heal();
    await world.advanceAsync(10_000);
    await Promise.all(sent);
    expect(handled).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('close() finishes what is under way in both directions: 5 messages each, and nobody is in doubt', async () => {
    let pair: SessionPair;
    const [there, back] = [0, 1].map(() =>
      createHandler(
        () => pair,
        () => 100,
      ),
    );
    pair = connectPair(
      { client: { handler: back!.handler }, server: { handler: there!.handler }, link: { latencyMs: 20 } },
      40,
    );
    const { world, client, server } = pair;
    const fates = [1, 2, 3, 4, 5].flatMap((number) => [
      watch(client.session.send(number)),
      watch(server.session.send(number)),
    ]);
    await world.advanceAsync(150);
    const closed = watch(client.session.close());
    await world.advanceAsync(2_000);
    expect(fates.map(({ now }) => now)).toEqual([1, 1, 2, 2, 3, 3, 4, 4, 5, 5]);
    expect(closed.now).toBeUndefined();
    expect([client.ending?.cause, server.ending?.cause]).toEqual(['closed-locally', 'closed-by-peer']);
  });

  it('close() hands back what the peer has not accepted any more: never handled, safe to send again', async () => {
    const handled: unknown[] = [];
    const { world, client, server } = connectPair(
      { server: { handler: (message) => void handled.push(message) }, link: { latencyMs: 20 } },
      40,
    );
    const early = watch(client.session.send('early'));
    await world.advanceAsync(50);
    const closed = watch(server.session.close());
    await world.advanceAsync(10); // its CLOSE is under way, and so is the next message
    const late = watch(client.session.send('late'));
    await world.advanceAsync(1_000);
    expect([early.now, late.now, closed.now]).toEqual([undefined, 'ERR_CLOSED', undefined]);
    expect(handled).toEqual(['early']);
    expect(client.ending?.cause).toBe('closed-by-peer');
  });

  it('both close at once: each was first, both end without an error, and no RST is needed', async () => {
    const { world, client, server } = connectPair({ link: { latencyMs: 20 } }, 40);
    const closed = [watch(client.session.close()), watch(server.session.close())];
    await world.advanceAsync(1_000);
    expect(closed.map(({ now }) => now)).toEqual([undefined, undefined]);
    for (const end of [client, server]) {
      expect(namesOf(end)).toEqual(['connect', 'disconnect', 'end']);
      expect(end.ending).toMatchObject({ cause: 'closed-locally', evidence: { code: undefined, detail: undefined } });
    }
    expect([client.clock.alarmsSet, server.clock.alarmsSet]).toEqual([0, 0]);
  });

  it('close() on a path that is cut ends after the 5,000 ms of closeTimeout', async () => {
    const { world, link, client } = connectPair();
    await world.advanceAsync(1_000);
    link.cut();
    const closed = watch(client.session.close());
    await world.advanceAsync(4_999);
    expect(closed.now).toBe('pending');
    await world.advanceAsync(1);
    expect(closed.now).toBeUndefined();
    expect(client.ending?.evidence.detail).toBe('the goodbye was not finished in time');
  });

  it('L5: a process that was stopped for 20,000 ms in its goodbye reads the answers that came, and nothing is in doubt', async () => {
    const { world, client } = connectPair({ server: { handler: (message) => message }, link: { latencyMs: 20 } }, 40);
    const fate = watch(client.session.send('x'));
    const closed = watch(client.session.close());
    await world.settle();
    client.clock.stall(20_000);
    await world.advanceAsync(30_000);
    expect([fate.now, closed.now]).toEqual(['x', undefined]);
  });
});

describe('the promise of delivery, with any ending at any time', () => {
  type Ending = 'close' | 'destroy' | 'cut' | 'reset';
  const plan = fc.record({
    messages: fc.array(
      fc.record({ at: fc.integer({ min: 0, max: 400 }), from: fc.constantFrom('client' as const, 'server' as const) }),
      {
        minLength: 1,
        maxLength: 20,
      },
    ),
    endsAt: fc.integer({ min: 0, max: 500 }),
    ending: fc.constantFrom<Ending>('close', 'destroy', 'cut', 'reset'),
    by: fc.constantFrom('client' as const, 'server' as const),
    seed: fc.nat(),
  });

  it('D4: resolved means handled once; ERR_CLOSED means never handled; in order, and every promise settles', async () => {
    await fc.assert(
      fc.asyncProperty(plan, async ({ messages, endsAt, ending, by, seed }) => {
        const random = seededRandom(seed);
        const handled: number[] = [];
        const handler = (message: unknown): Promise<number> | number => {
          handled.push(Number(message));
          if (random() < 0.5) return Number(message);
          return new Promise((resolve) =>
            pair.world.callAt(pair.world.now + 100 * random(), () => resolve(Number(message))),
          );
        };
        const pair = connectPair({ both: { handler }, link: { latencyMs: () => 60 * random() } }, 120);
        const { world, link } = pair;
        const fates: { now: unknown }[] = [];
        for (const [index, { at, from }] of messages.entries()) {
          world.callAt(120 + at, () => {
            fates[index] = watch(pair[from].session.send(index));
          });
        }
        world.callAt(120 + endsAt, () => {
          if (ending === 'close') void pair[by].session.close();
          else if (ending === 'destroy') pair[by].session.destroy();
          else if (ending === 'cut') link.cut();
          else link.reset();
        });
        await world.advanceAsync(100_000);
        for (const [index, { now }] of fates.entries()) {
          const times = handled.filter((number) => number === index).length;
          expect(times).toBeLessThanOrEqual(1);
          if (now === index) expect(times).toBe(1);
          else if (now === 'ERR_CLOSED') expect(times).toBe(0);
          else expect(now).toBe('ERR_IN_DOUBT');
        }
        for (const from of ['client', 'server'] as const) {
          const ofOne = handled.filter((number) => messages[number]!.from === from);
          const inOrder = ofOne.toSorted((one, other) => messages[one]!.at - messages[other]!.at || one - other);
          expect(ofOne).toEqual(inOrder);
        }
      }),
      { numRuns: 100 },
    );
  });
});
