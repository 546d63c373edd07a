// A soak is ok only if nothing at all was wrong with it.

import { describe, expect, it } from 'vitest';
import { ATTACKS } from './attacks/all.ts';
import type { Letters } from './correspondence.ts';
import type { Weight } from './gauge.ts';
import type { Ends } from './ledger.ts';
import type { Tally } from './orders.ts';
import { paceOf } from './plan.ts';
import { describeSummary } from './report.ts';
import type { Phase, Soak } from './summary.ts';
import { KEPT_BYTES, KEPT_RSS_BYTES, summarize } from './summary.ts';

const MIB = 2 ** 20;
const OPTIONS = { seconds: 60, lawful: 3, attackers: 19, seed: 1 };
const WEIGHT: Weight = { heap: 10 * MIB, external: 8 * MIB, rss: 80 * MIB, files: 30 };
const PEAK: Weight = { heap: 40 * MIB, external: 50 * MIB, rss: 200 * MIB, files: 90 };

/** 10 letters in each direction. */
const LETTERS: Letters = { sent: 10, acknowledged: 10, handled: 10, flaws: {} };

/** Each attack was tried 100 times and answered as it deserves, one way after another. */
const TALLIES: readonly Tally[] = ATTACKS.map(({ name }) => ({ name, tried: 100, breaches: [] }));
const ENDS: Ends = Object.fromEntries(
  ATTACKS.map(({ name, deserves }) => [name, Object.fromEntries(deserves.map((end) => [end, 100 / deserves.length]))]),
);

const PHASE: Phase = {
  mood: {
    letters: LETTERS,
    troubles: {},
    suspicions: 0,
    roundTrips: { count: 5, p50: 1, p99: 2, max: 3 },
    glance: { peak: WEIGHT, loopDelayP99Ms: 1, loopDelayMaxMs: 2 },
  },
  sight: {
    arrivals: 0,
    sessions: 3,
    parked: 0,
    bytesIn: 1_000,
    ends: ENDS,
    lines: { 'warn: connection rejected': 100 },
    letters: LETTERS,
    glance: { peak: PEAK, loopDelayP99Ms: 1, loopDelayMaxMs: 2 },
  },
};

const GOOD: Soak = {
  options: OPTIONS,
  pace: paceOf(OPTIONS),
  calm: PHASE,
  attack: PHASE,
  after: PHASE,
  tallies: TALLIES,
  before: WEIGHT,
  last: WEIGHT,
};

function withMood(mood: Partial<Phase['mood']>): Phase {
  return { ...PHASE, mood: { ...PHASE.mood, ...mood } };
}

function withSight(sight: Partial<Phase['sight']>): Phase {
  return { ...PHASE, sight: { ...PHASE.sight, ...sight } };
}

function withEnds(ends: Ends): Soak {
  return { ...GOOD, after: withSight({ ends: { ...ENDS, ...ends } }) };
}

function withTally(name: string, tally: Partial<Tally>): Soak {
  return { ...GOOD, tallies: TALLIES.map((one) => (one.name === name ? { ...one, ...tally } : one)) };
}

describe('the summary of a soak', () => {
  it('is ok where 3 lawful sessions felt nothing of 19 attacks, and each was answered as it deserves', () => {
    const summary = summarize(GOOD);
    expect(summary).toMatchObject({ ok: true, disturbed: 0, astray: 0, findings: [] });
    expect(summary.scores).toHaveLength(19);
    expect(describeSummary(summary)).toContain('lawful sessions disturbed: 0; letters astray: 0 of 20\nok');
  });

  it('counts who was gone before the server asked for the address among the 1,900 that have ended', () => {
    const soak = withEnds({ 'reset-storm': { reset: 60 }, unknown: { reset: 40 } });
    expect(summarize(soak).findings).toEqual([]);
    expect(describeSummary(summarize(soak))).toContain('gone before the server asked who they are: reset 40');
  });

  it('says in a line what was wrong', () => {
    const summary = summarize(withTally('mute', { tried: 101 }));
    expect(describeSummary(summary)).toContain('\nFAILED: 1901 connections attacked, and 1900 have ended');
  });

  it.each<{ readonly why: string; readonly soak: Soak; readonly finding: string }>([
    {
      why: 'a client has judged the server',
      soak: { ...GOOD, after: withMood({ troubles: { 'dead: silent': 1 } }) },
      finding: '1 lawful sessions were disturbed: {"dead: silent":1}',
    },
    {
      why: 'the server has lost a lawful session',
      soak: withEnds({ lawful: { silent: 1 } }),
      finding: '1 lawful sessions were disturbed: {}',
    },
    {
      why: 'a letter was lost',
      soak: { ...GOOD, after: withMood({ letters: { ...LETTERS, acknowledged: 9 } }) },
      finding: '1 letters went astray',
    },
    {
      why: 'a letter was acknowledged and not handled',
      soak: { ...GOOD, after: withSight({ letters: { ...LETTERS, handled: 9 } }) },
      finding: '1 letters went astray',
    },
    {
      why: 'a letter came twice',
      soak: { ...GOOD, after: withSight({ letters: { ...LETTERS, flaws: { 'a letter came twice': 1 } } }) },
      finding: '1 letters went astray',
    },
    {
      why: 'nobody wrote under attack',
      soak: {
        ...GOOD,
        attack: withMood({ roundTrips: { count: 0, p50: Number.NaN, p99: Number.NaN, max: Number.NaN } }),
      },
      finding: 'no letter was answered in the phase attack',
    },
    {
      why: 'a letter took longer than a verdict, 5 s',
      soak: { ...GOOD, attack: withMood({ roundTrips: { count: 5, p50: 1, p99: 2, max: 5_001 } }) },
      finding: 'a letter of the phase attack took 5001 ms',
    },
    { why: 'an attack was not tried', soak: withTally('noise', { tried: 0 }), finding: 'noise was not tried' },
    {
      why: 'an attack was not answered as it deserves',
      soak: withEnds({ 'ping-flood': { reset: 100 } }),
      finding: 'ping-flood never met too-many-pings',
    },
    {
      why: 'an attack was also answered in a way that nothing explains',
      soak: withEnds({ 'ping-flood': { 'too-many-pings': 99, 'protocol-error': 1 } }),
      finding: 'ping-flood met protocol-error 1 times, which nothing explains',
    },
    {
      why: 'the code is another than deserved',
      soak: withEnds({ flapping: { 'rejected maxHandshakes': 100 } }),
      finding: 'flapping never met rejected flapping',
    },
    {
      why: 'the server has done what it must not',
      soak: withTally('token-guess', { breaches: ['a guessed token was good'] }),
      finding: 'token-guess: a guessed token was good',
    },
    {
      why: 'a connection has ended in silence',
      soak: withEnds({ noise: { 'not-our-protocol': 99 } }),
      finding: '1900 connections attacked, and 1899 have ended',
    },
    {
      why: 'a connection came from nowhere',
      soak: withEnds({ noise: { 'not-our-protocol': 99 }, '10.0.0.7:5': { eof: 1 } }),
      finding: '10.0.0.7:5 came from nowhere',
    },
    {
      why: 'an attacker is still there',
      soak: { ...GOOD, after: withSight({ arrivals: 1, sessions: 4, parked: 2 }) },
      finding: 'left over: 1 arrivals, 2 parked, 1 sessions',
    },
    {
      why: 'a lawful session is missing',
      soak: { ...GOOD, after: withSight({ sessions: 2 }) },
      finding: 'left over: 0 arrivals, 0 parked, -1 sessions',
    },
    {
      why: 'the heap has not come back',
      soak: { ...GOOD, last: { ...WEIGHT, heap: WEIGHT.heap + KEPT_BYTES + 1 } },
      finding: `the server has kept ${KEPT_BYTES + 1} bytes of heap and buffers`,
    },
    {
      why: 'buffers have not come back',
      soak: { ...GOOD, last: { ...WEIGHT, external: WEIGHT.external + KEPT_BYTES + 1 } },
      finding: `the server has kept ${KEPT_BYTES + 1} bytes of heap and buffers`,
    },
    {
      why: 'the process is larger than what it has ever held, 72 MiB',
      soak: { ...GOOD, last: { ...WEIGHT, rss: WEIGHT.rss + 72 * MIB + KEPT_RSS_BYTES + 1 } },
      finding: `the process of the server is ${72 * MIB + KEPT_RSS_BYTES + 1} bytes larger`,
    },
    {
      why: 'a file is still open',
      soak: { ...GOOD, last: { ...WEIGHT, files: 31 } },
      finding: 'the server has kept 1 file descriptors',
    },
    {
      why: 'strangers have filled the log, with more than 24 lines a second',
      soak: { ...GOOD, attack: withSight({ lines: { 'warn: connection rejected': 24 * 46 + 1 } }) },
      finding: '1105 lines were logged of rejected connections, more than 1104',
    },
  ])('is not ok where $why', ({ soak, finding }) => {
    const { ok, findings } = summarize(soak);
    expect(ok).toBe(false);
    expect(findings.join('\n')).toContain(finding);
  });
});
