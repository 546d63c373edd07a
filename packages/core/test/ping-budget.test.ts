import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Liveness } from '../src/machines/liveness.ts';
import type { Keepalive } from '../src/rules/keepalive.ts';
import { PingBudget } from '../src/rules/ping-budget.ts';
import { holds } from './support/holds.ts';

const MIN_PING_MS = 1_000;
const KEEPALIVE: Keepalive = { idleMs: 20_000, intervalMs: 5_000, probes: 3 };

/** How many PINGs pass, one each `spacingMs`, before one is too many; `limit` if none is. */
function takeUntilStruck(budget: PingBudget, spacingMs: number, limit: number): number {
  for (let taken = 0; taken < limit; taken += 1) if (!budget.take(taken * spacingMs)) return taken;
  return limit;
}

describe('PingBudget', () => {
  it('takes 2 x 3 + 2 PINGs at once from a peer with 3 probes, and strikes at the ninth', () => {
    expect(takeUntilStruck(new PingBudget(MIN_PING_MS, KEEPALIVE, 0), 0, 100)).toBe(8);
  });

  it('takes 4 PINGs at once from a peer that does not watch us', () => {
    expect(takeUntilStruck(new PingBudget(MIN_PING_MS, undefined, 0), 0, 100)).toBe(4);
  });

  it('takes one PING each 900 ms for ever, which is an idle of 1,000 ms shortened by a tenth', () => {
    expect(takeUntilStruck(new PingBudget(MIN_PING_MS, KEEPALIVE, 0), 900, 10_000)).toBe(10_000);
  });

  it('strikes a flood of one PING each 500 ms at the seventeenth: 8 in the bucket, and 8 that came in, one each 900 ms', () => {
    expect(takeUntilStruck(new PingBudget(MIN_PING_MS, KEEPALIVE, 0), 500, 100)).toBe(16);
  });

  it('holds no more than one burst after a year of rest', () => {
    const budget = new PingBudget(MIN_PING_MS, KEEPALIVE, 0);
    const year = 365 * 24 * 3_600_000;
    for (let taken = 0; taken < 8; taken += 1) expect(budget.take(year)).toBe(true);
    expect(budget.take(year)).toBe(false);
  });

  it('L13: a clock that runs backwards neither fills nor empties it', () => {
    const budget = new PingBudget(MIN_PING_MS, KEEPALIVE, 10_000);
    for (let taken = 0; taken < 8; taken += 1) expect(budget.take(10_000 - taken)).toBe(true);
    expect(budget.take(9_000)).toBe(false);
  });
});

/**
 * A life of a lawful peer: delays of the channel there and back, lateness of the peer's own timers, its jitter, and the times
 * between which its application asks to verify us before use; none if it never does.
 */
interface Life {
  readonly delays: readonly number[];
  readonly lateness: readonly number[];
  readonly random: readonly number[];
  readonly asks?: readonly number[];
}

const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

/** Mostly short; now and then an outage longer than any bound, after which all that waited comes at once. */
const waits = fc.oneof(fc.double({ min: 0, max: 100, noNaN: true }), fc.double({ min: 0, max: 60_000, noNaN: true }));

const lives: fc.Arbitrary<Life> = fc.record({
  delays: fc.array(waits, { minLength: 1, maxLength: 20 }),
  lateness: fc.array(fc.oneof(fc.constant(0), waits), { minLength: 1, maxLength: 20 }),
  random: fc.array(share, { minLength: 1, maxLength: 7 }),
  asks: fc.oneof(fc.constant([]), fc.array(waits, { minLength: 1, maxLength: 20 })),
});

/**
 * Lets a real machine watch us over a channel that keeps the order and delays as it likes. Each of its PINGs is answered
 * when it comes. Returns the time at which the budget strikes it; undefined if never, until its verdict or the end.
 */
function struckAt(budget: PingBudget, keepalive: Keepalive, life: Life, end: number): number | undefined {
  const { asks = [] } = life;
  const next = { delays: 0, lateness: 0, random: 0, asks: 0 };
  const draw = (what: keyof Life) => life[what]?.[next[what]++ % (life[what]?.length ?? 1)] ?? 0;
  const liveness = new Liveness(
    { keepalive, writeTimeoutMs: 60_000, pausedTimeoutMs: 60_000, random: () => draw('random') },
    0,
  );
  const pings: number[] = []; // when they come to us
  const pongs: number[] = []; // when the answers come to the peer
  let lastPingAt = 0;
  let lastPongAt = 0;
  let alarmAt = 0;
  /** As `Verification` has it: whoever asks within the spacing of the PING before waits for its end. */
  let askAt = asks.length === 0 ? end : draw('asks');
  let mayAskAt = 0;
  for (let now = 0; now < end; ) {
    const output = liveness.poll();
    if (output.type === 'dead') return undefined;
    if (output.type === 'confirm') liveness.handlePolled(now);
    if (output.type === 'ping') {
      liveness.handlePingQueued(0);
      mayAskAt = now + MIN_PING_MS;
      lastPingAt = Math.max(lastPingAt, now + draw('delays'));
      pings.push(lastPingAt);
    }
    if (output.type !== 'wait') continue;
    if (output.until !== undefined && output.until > alarmAt) alarmAt = output.until + draw('lateness');
    now = Math.max(now, Math.min(alarmAt, askAt, pings[0] ?? end, pongs[0] ?? end));
    if (pings[0] === now) {
      pings.shift();
      if (!budget.take(now)) return now;
      lastPongAt = Math.max(lastPongAt, now + draw('delays'));
      pongs.push(lastPongAt);
    } else if (pongs[0] === now) {
      pongs.shift();
      liveness.handleEvidence(now);
    } else if (askAt <= now) {
      if (now >= mayAskAt) liveness.handleVerify(now);
      askAt = Math.max(now + draw('asks'), mayAskAt, now + 1);
    } else {
      liveness.handleTimeout(now);
    }
  }
  return undefined;
}

/** Numbers in [0, 1) that are the same in each run: a linear congruential generator, with the constants of Numerical Recipes. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('PingBudget, against the real machine of the peer', () => {
  /** Idle is shortened by up to 10 %, so that the real spacing of PINGs may be that much below it (L8). */
  const keepalives = fc.record({
    idleMs: fc.oneof(fc.constant(1_112), fc.integer({ min: 1_112, max: 30_000 })),
    intervalMs: fc.oneof(fc.constant(MIN_PING_MS), fc.integer({ min: MIN_PING_MS, max: 10_000 })),
    probes: fc.integer({ min: 1, max: 9 }),
  });

  it('never strikes a lawful peer, however late it is, and however its PINGs are bunched', () => {
    holds(
      fc.property(keepalives, lives, (keepalive, life) => {
        const budget = new PingBudget(MIN_PING_MS, keepalive, 0);
        expect(struckAt(budget, keepalive, life, 1_000_000)).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });

  it('never strikes it in 10,000 short lives of outages, stalls of its own and callers that verify', () => {
    const random = randomFrom(1);
    const pick = <Value>(...values: readonly Value[]): Value => values[Math.floor(random() * values.length)] as Value;
    const few = (most: number) => Array.from({ length: 4 }, () => (random() < 0.7 ? 0 : random() * most));
    for (let life = 0; life < 10_000; life += 1) {
      const probes = pick(1, 2, 3, 5);
      const keepalive = { idleMs: pick(1_000, 1_112, 3_000), intervalMs: pick(1_000, 1_500), probes };
      const outageMs = pick(1_000, 5_000, 30_000);
      const lateness = few(pick(200, 3_000));
      const asks = pick([], few(2_000).concat(1));
      const budget = new PingBudget(MIN_PING_MS, keepalive, 0);
      const schedule = { delays: few(outageMs), lateness, random: [random(), random(), random()], asks };
      const at = struckAt(budget, keepalive, schedule, 40_000);
      if (at !== undefined) expect({ keepalive, schedule, at }).toBeUndefined();
    }
  });

  it.each([1, 2, 3, 9])('takes all 2 x %i PINGs of a silence with excuses at once, and those that follow', (probes) => {
    const keepalive = { idleMs: 1_200, intervalMs: 1_000, probes };
    // The channel stands still for a time from the first PING on. When the verdict is due, the peer is late each time, and excused.
    const lateness = [...Array<number>(probes).fill(0), ...Array<number>(999).fill(300)];
    for (let outageMs = 500; outageMs <= 60_000; outageMs += 500) {
      const life: Life = { delays: [outageMs, ...Array<number>(999).fill(0)], lateness, random: [0.999] };
      expect(struckAt(new PingBudget(MIN_PING_MS, keepalive, 0), keepalive, life, 300_000)).toBeUndefined();
    }
  });

  it('never strikes a peer whose idle is just what we accept, on a path without delay', () => {
    const keepalive = { idleMs: MIN_PING_MS, intervalMs: MIN_PING_MS, probes: 3 };
    const life: Life = { delays: [0], lateness: [0], random: [0.5] };
    expect(struckAt(new PingBudget(MIN_PING_MS, keepalive, 0), keepalive, life, 3_600_000)).toBeUndefined();
  });
});
