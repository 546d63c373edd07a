import { describe as promiseOf, type SessionOptions } from '@systole/core';
import { seededRandom } from '@systole/testing';
import { describe, expect, it } from 'vitest';
import { connectPair, createPair, eventOf, evidenceOf, namesOf, type PairEnd } from '../support/session-pair.ts';

/** Idle 20 s, interval 5 s, 3 probes. */
const BOUND_MS = 35_000;
const WATCHED_ONLY: SessionOptions = { keepalive: false };

/** What an end tells of a peer that has fallen silent. */
const SILENCE = ['connect', 'suspect', 'dead', 'disconnect', 'end'];

function verdictOf(end: PairEnd) {
  const dead = eventOf(end, 'dead');
  if (dead === undefined) throw new Error(`no verdict, but ${namesOf(end).join(', ')}`);
  return { at: dead.at, cause: dead.payload.cause, silenceMs: dead.payload.evidence.silenceMs };
}

describe('a cut', () => {
  it.each([1, 9_999, 20_000, 20_001, 45_678])(
    'at %i ms: both ends are sure exactly 35,000 ms after their last byte',
    (cutAt) => {
      const { world, link, client, server } = connectPair();
      world.advance(cutAt);
      link.cut();
      world.advance(100_000);
      for (const end of [client, server]) {
        expect(verdictOf(end)).toEqual({ at: end.heardAt + BOUND_MS, cause: 'silent', silenceMs: BOUND_MS });
        expect(namesOf(end)).toEqual(SILENCE);
      }
    },
  );

  it('L3: whatever the jitter and the latency, the verdict comes 15,000 ms after the first PING of the silence', () => {
    for (let seed = 1; seed <= 50; seed += 1) {
      const random = seededRandom(seed);
      const { world, link, client } = connectPair(
        { client: { random }, server: WATCHED_ONLY, link: { latencyMs: () => 100 * random() } },
        200,
      );
      world.advance(100_000 * random());
      link.cut();
      world.advance(100_000);
      const { at } = verdictOf(client);
      const [first] = client.sent.timesOf('ping').filter((sentAt) => sentAt > client.heardAt);
      expect(at).toBeCloseTo((first ?? 0) + 15_000, 6);
      expect(at - client.heardAt).toBeLessThanOrEqual(BOUND_MS);
      expect(at - client.heardAt).toBeGreaterThan(15_000);
    }
  });

  it('L6: tells suspect one interval after the first PING, and no byte is sent after the verdict', () => {
    const { world, link, client } = connectPair({ server: WATCHED_ONLY });
    world.advance(1);
    link.cut();
    world.advance(200_000);
    expect(client.told.map(({ at, name }) => `${at} ${name}`)).toEqual([
      '0 connect',
      '25000 suspect',
      '35000 dead',
      '35000 disconnect',
      '35000 end',
    ]);
    expect(client.sent.frames.map(({ at, frame }) => `${at} ${frame.type}`)).toEqual([
      '0 hello',
      '20000 ping',
      '25000 ping',
      '30000 ping',
      '35000 close', // best effort: judged dead
    ]);
    expect(client.clock.alarmsSet).toBe(0);
  });

  it('L2: sending proves nothing: a message each 4,000 ms into it puts neither the first PING off nor the verdict', async () => {
    const { world, link, client } = connectPair({ server: WATCHED_ONLY });
    world.advance(1);
    link.cut();
    for (let count = 0; count < 25; count += 1) {
      client.session.send('is anybody there?').catch(() => {}); // in doubt, or too late
      await world.advanceAsync(4_000);
    }
    expect(client.sent.timesOf('data').length).toBeGreaterThan(5);
    expect(client.sent.timesOf('ping')).toEqual([20_000, 25_000, 30_000]);
    expect(verdictOf(client)).toEqual({ at: BOUND_MS, cause: 'silent', silenceMs: BOUND_MS });
  });

  it('1 ms before the verdict the path heals: what TCP sends again then is evidence', () => {
    const { world, link, client } = connectPair({ server: WATCHED_ONLY });
    world.advance(1);
    link.cut('b-to-a');
    world.advance(21_000); // the PONG of 20,000 is lost, and is sent again at 20,210, 20,420, 20,840, 21,680 ...
    link.heal();
    world.advance(100_000);
    expect(namesOf(client)).toEqual(['connect']);
    expect(client.session.inspect().rtt?.latestMs).toBeDefined();
  });

  it('of one direction: the watcher behind it is sure, and the peer learns it from the CLOSE that it leaves behind', () => {
    const { world, link, client, server } = connectPair({ both: { random: () => 0 } });
    world.advance(1);
    link.cut('a-to-b');
    world.advance(100_000);
    expect(verdictOf(server)).toEqual({ at: BOUND_MS, cause: 'silent', silenceMs: BOUND_MS });
    // The client hears the PINGs of the server, and has no reason to doubt it.
    expect(client.told.map(({ at, name }) => `${at} ${name}`)).toEqual(['0 connect', '35000 disconnect', '35000 end']);
    expect(client.ending).toMatchObject({ cause: 'closed-by-peer', evidence: { code: 'judged-dead', silenceMs: 0 } });
  });

  it('of the other direction: the same, with the roles changed', () => {
    const { world, link, client, server } = connectPair();
    world.advance(1);
    link.cut('b-to-a');
    world.advance(100_000);
    expect(verdictOf(client)).toEqual({ at: BOUND_MS, cause: 'silent', silenceMs: BOUND_MS });
    expect(namesOf(server)).toEqual(['connect', 'disconnect', 'end']);
    expect(evidenceOf(server).code).toBe('judged-dead');
  });

  it('a peer without power: no FIN and no RST, and the bound holds', () => {
    const { world, link, client } = connectPair();
    world.advance(33_333);
    link.crash('b');
    world.advance(100_000);
    expect(verdictOf(client).silenceMs).toBe(BOUND_MS);
  });

  it('a peer that is stopped for ever: its kernel still takes everything, and the bound holds', () => {
    const { world, client, server } = connectPair();
    world.advance(10_000);
    server.clock.stall(Number.POSITIVE_INFINITY);
    world.advance(100_000);
    expect(verdictOf(client)).toEqual({ at: BOUND_MS, cause: 'silent', silenceMs: BOUND_MS });
    expect(evidenceOf(client).probesSent).toBe(3);
  });
});

describe('an outage that is over in time', () => {
  it('L3: the 7,250 ms that describe() promises are ridden out, whenever they begin: no verdict at either end', () => {
    const outageMs = promiseOf({ rtt: 50 })?.outageMs ?? 0;
    expect(outageMs).toBe(7_350);
    for (let beginAt = 0; beginAt <= 45_000; beginAt += 250) {
      const { world, link, client, server } = connectPair({ link: { latencyMs: 25 } }, 50);
      world.advance(beginAt);
      link.cut();
      world.advance(outageMs);
      link.heal();
      world.advance(60_000);
      for (const end of [client, server]) {
        expect(namesOf(end), `cut at ${beginAt}`).not.toContain('dead');
        expect(end.session.inspect().belief, `cut at ${beginAt}`).toBe('alive');
      }
    }
  });

  it('alive comes with the first byte that TCP sends again, and tells how long nothing came', () => {
    const { world, link, client } = connectPair({ server: WATCHED_ONLY, link: { latencyMs: 25 } }, 50);
    world.advance(19_000);
    link.cut();
    // 20,050 is 20,000 after the last byte: PING 1 is lost, and sent again 210, 420 ... 6,720, 13,440 ms later.
    world.advance(10_000);
    link.heal();
    world.advance(20_000);
    expect(client.told.map(({ at, name }) => `${at} ${name}`)).toEqual(['50 connect', '25050 suspect', '33540 alive']);
    expect(eventOf(client, 'alive')?.payload.silenceMs).toBe(33_490);
    expect(20_050 + 13_440 + 50).toBe(33_540);
  });

  it('after it everything is as before: the next silence has the whole bound again', () => {
    const { world, link, client } = connectPair({ server: WATCHED_ONLY });
    world.advance(19_000);
    link.cut();
    world.advance(8_000);
    link.heal();
    world.advance(60_000);
    expect(namesOf(client)).toEqual(['connect', 'suspect', 'alive']);
    link.cut();
    world.advance(100_000);
    expect(verdictOf(client).silenceMs).toBe(BOUND_MS);
  });
});

describe('endings that come by the network', () => {
  it('L5: a FIN that is found in the poll phase behind the deadline is the cause', () => {
    const { world, link, client, server } = connectPair(
      { server: { keepalive: false }, link: { bToA: { latencyMs: 100 } } },
      100,
    );
    world.advance(19_900);
    link.cut('a-to-b');
    world.advance(15_000 - 100); // the last byte came at 100, and the verdict is due at 35,100
    expect(client.heardAt).toBe(100);
    world.advance(100);
    server.session.destroy();
    world.advance(1_000);
    expect(client.ending).toMatchObject({ cause: 'eof', evidence: { silenceMs: BOUND_MS, probesSent: 3 } });
    expect(namesOf(client)).toEqual(['connect', 'suspect', 'disconnect', 'end']);
  });

  it('a reset ends both at once', () => {
    const { world, link, client, server } = connectPair();
    world.advance(5_000);
    link.reset();
    world.advance(0);
    for (const end of [client, server]) {
      expect(end.ending).toMatchObject({ cause: 'reset', evidence: { silenceMs: 5_000, phase: 'open' } });
    }
  });

  it('destroy() at one end is eof at the other, one latency later', () => {
    const { world, client, server } = connectPair({ link: { latencyMs: 40 } }, 80);
    world.advance(1_000);
    client.session.destroy();
    world.advance(39);
    expect(server.ending).toBeUndefined();
    world.advance(1);
    expect(server.ending).toMatchObject({ cause: 'eof', evidence: { hint: 'crash' } });
    expect(namesOf(server)).toEqual(['connect', 'disconnect', 'end']);
  });

  it('L9: the verdict destroys at once, and leaves neither alarm nor half-open end behind', () => {
    const { world, link, client, server } = connectPair();
    world.advance(1);
    link.cut();
    world.advance(2_000_000); // long after TCP has given up
    expect([client.clock.alarmsSet, server.clock.alarmsSet]).toEqual([0, 0]);
    expect(world.nextAt).toBeUndefined();
    expect([namesOf(client), namesOf(server)]).toEqual([SILENCE, SILENCE]);
  });
});

describe('L10: the handshake', () => {
  it('a client gives up at 10,000 ms where the server is stopped, and the server learns it when it thaws', () => {
    const { world, client, server } = createPair();
    server.clock.stall(20_000);
    world.advance(60_000);
    expect(client.ending).toMatchObject({ cause: 'handshake-timeout', evidence: { phase: 'handshake' } });
    expect(client.told.map(({ at, name }) => `${at} ${name}`)).toEqual(['10000 end']);
    expect(server.ending).toMatchObject({ cause: 'handshake-timeout', evidence: { code: 'handshake-timeout' } });
    expect(namesOf(server)).toEqual(['end']);
  });

  it('a server gives up at 10,000 ms where no byte comes, and sends none', () => {
    const { world, server } = createPair({ link: { aToB: { latencyMs: 20_000 } } });
    world.advance(10_000);
    expect(server.ending).toMatchObject({ cause: 'handshake-timeout', evidence: { silenceMs: undefined } });
    expect(server.sent.bytes).toBe(0);
  });
});
