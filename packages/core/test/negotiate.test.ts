import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Offer } from '../src/rules/hello.ts';
import { IncompatibleError, negotiate } from '../src/rules/negotiate.ts';
import { holds } from './support/holds.ts';

const OFFER: Offer = {
  keepalive: { idleMs: 20_000, intervalMs: 5_000, probes: 3 },
  minPingIntervalMs: 1_000,
  maxMessageBytes: 1_048_576,
  codec: 'msgpack',
  strict: false,
};

const ms = fc.oneof(
  fc.integer({ min: 1, max: 10_000 }),
  fc.maxSafeInteger().map((n) => Math.max(Math.abs(n), 1)),
);

const offer = fc.record<Offer>({
  keepalive: fc.option(fc.record({ idleMs: ms, intervalMs: ms, probes: fc.integer({ min: 1, max: 1_000 }) }), {
    nil: undefined,
  }),
  minPingIntervalMs: fc.oneof(fc.nat(10_000), fc.nat(3_600_000)),
  maxMessageBytes: fc.nat(),
  codec: fc.constant('msgpack'),
  strict: fc.constant(false),
});

describe('negotiate', () => {
  it('leaves a triple of 20 s, 5 s and 3 probes alone where the peer accepts a PING each second', () => {
    expect(negotiate(OFFER, OFFER)).toEqual({
      keepalive: OFFER.keepalive,
      raised: false,
      peerKeepalive: OFFER.keepalive,
      pingSpacingMs: 1_000,
      maxMessageBytes: 1_048_576,
    });
  });

  it.each([
    // mine, accepted by the peer, agreed
    [[2_000, 1_250, 4], 1_000, [2_000, 1_250, 4], false],
    [[2_000, 1_250, 4], 1_250, [2_000, 1_250, 4], false],
    [[2_000, 1_250, 4], 1_251, [2_000, 1_251, 4], true],
    [[2_000, 1_250, 4], 5_000, [5_000, 5_000, 4], true],
    [[500, 1_250, 4], 1_000, [1_000, 1_250, 4], true],
    [[1, 1, 1], 0, [1, 1, 1], false],
  ] as const)('raises %j to what the peer accepts, %i ms: %j', (mine, minPingIntervalMs, agreed, raised) => {
    const [idleMs, intervalMs, probes] = mine;
    const terms = negotiate({ ...OFFER, keepalive: { idleMs, intervalMs, probes } }, { ...OFFER, minPingIntervalMs });
    expect(terms.keepalive).toEqual({ idleMs: agreed[0], intervalMs: agreed[1], probes: agreed[2] });
    expect(terms.raised).toBe(raised);
  });

  it('raises nothing where one end does not watch', () => {
    const watcher = { ...OFFER, minPingIntervalMs: 3_600_000 };
    const terms = negotiate({ ...OFFER, keepalive: undefined, strict: true }, watcher);
    expect(terms).toMatchObject({ keepalive: undefined, raised: false });
    expect(negotiate(watcher, { ...OFFER, keepalive: undefined }).peerKeepalive).toBeUndefined();
  });

  it('sends messages of up to the 8,192 bytes that the peer takes, and not to our own 4,096', () => {
    const terms = negotiate({ ...OFFER, maxMessageBytes: 4_096 }, { ...OFFER, maxMessageBytes: 8_192 });
    expect(terms.maxMessageBytes).toBe(8_192);
  });

  it('refuses different codecs, with both names', () => {
    const differ = () => negotiate(OFFER, { ...OFFER, codec: 'json' });
    expect(differ).toThrow(IncompatibleError);
    expect(differ).toThrow("ours is msgpack, the peer's is json");
  });

  it('refuses to raise a strict triple, with both numbers, and leaves it alone where it fits', () => {
    const strict: Offer = { ...OFFER, strict: true };
    const raise = () => negotiate(strict, { ...OFFER, minPingIntervalMs: 6_000 });
    expect(raise).toThrow(IncompatibleError);
    expect(raise).toThrow('interval 5000 ms, but the peer accepts a PING each 6000 ms at most');
    expect(negotiate(strict, OFFER).raised).toBe(false);
  });

  it("is not strict about the peer's triple", () => {
    const strict: Offer = { ...OFFER, strict: true, minPingIntervalMs: 6_000 };
    expect(negotiate(strict, OFFER).peerKeepalive).toEqual({ idleMs: 20_000, intervalMs: 6_000, probes: 3 });
  });

  it('computes the same numbers at both ends', () => {
    holds(
      fc.property(offer, offer, (mine, theirs) => {
        const here = negotiate(mine, theirs);
        const there = negotiate(theirs, mine);
        expect(here.keepalive).toEqual(there.peerKeepalive);
        expect(here.peerKeepalive).toEqual(there.keepalive);
      }),
    );
  });

  it('never lowers a number, and never leaves one below what the peer accepts', () => {
    holds(
      fc.property(offer, offer, (mine, theirs) => {
        const { keepalive, raised } = negotiate(mine, theirs);
        if (mine.keepalive === undefined || keepalive === undefined) {
          expect(keepalive).toBe(mine.keepalive);
          return;
        }
        expect(keepalive.idleMs).toBe(Math.max(mine.keepalive.idleMs, theirs.minPingIntervalMs));
        expect(keepalive.intervalMs).toBe(Math.max(mine.keepalive.intervalMs, theirs.minPingIntervalMs));
        expect(keepalive.probes).toBe(mine.keepalive.probes);
        expect(raised).toBe(JSON.stringify(keepalive) !== JSON.stringify(mine.keepalive));
      }),
    );
  });

  it('gives 1,000 peers of one kind one object, and the next one that differs in 1 number another', () => {
    const { keepalive } = OFFER;
    const kinds: readonly Offer[] = [
      OFFER,
      { ...OFFER, keepalive: undefined },
      { ...OFFER, keepalive: { ...keepalive, idleMs: 20_001, intervalMs: 5_000, probes: 3 } },
      { ...OFFER, keepalive: { ...keepalive, idleMs: 20_000, intervalMs: 5_001, probes: 3 } },
      { ...OFFER, keepalive: { ...keepalive, idleMs: 20_000, intervalMs: 5_000, probes: 4 } },
      { ...OFFER, minPingIntervalMs: 999 },
      { ...OFFER, minPingIntervalMs: 5_001 },
      { ...OFFER, maxMessageBytes: 1_048_577 },
    ];
    const given = kinds.map((kind) => {
      const terms = Array.from({ length: 1_000 }, () => negotiate(OFFER, structuredClone(kind)));
      expect(new Set(terms).size).toBe(1);
      return terms[0];
    });
    expect(new Set(given).size).toBe(kinds.length);
    expect(new Set(given.map((terms) => JSON.stringify(terms))).size).toBe(kinds.length);
  });
});
