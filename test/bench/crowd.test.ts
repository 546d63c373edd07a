// `npm run bench -- crowd`, with tiny numbers: whom it counts is there, and whoever is lost fails it.

import { beforeAll, describe, expect, it } from 'vitest';
import { planDoors, planShares } from '../../bench/crowd/plan.ts';
import type { Figures, Observation } from '../../bench/crowd/report.ts';
import { figuresOf, targetsOf, totalOf, troublesOf } from '../../bench/crowd/report.ts';
import { TroubleCount } from '../../bench/crowd/troubles.ts';
import { areKept } from '../../bench/support/targets.ts';
import type { BenchOutcome } from '../support/bench.ts';
import { bench } from '../support/bench.ts';
import { startPair } from '../support/pair.ts';

/** A machine that is busy with other tests takes its time to start four processes. */
const LIMIT_MS = 60_000;

interface Printed {
  readonly scenario: string;
  readonly passed: boolean;
  readonly connectMs: number;
  readonly total: Figures;
  readonly servers: readonly Figures[];
  readonly troubles: Readonly<Record<string, number>>;
}

describe('the bench of a crowd, 40 connections at 2 servers for 2 seconds', () => {
  let outcome: BenchOutcome;
  let printed: Printed;

  beforeAll(async () => {
    const flags = '--json --connections 40 --servers 2 --heartbeat 1000 --seconds 2';
    outcome = await bench(LIMIT_MS, 'crowd', ...flags.split(' '));
    printed = JSON.parse(outcome.stdout) as Printed;
  }, LIMIT_MS);

  it('loses nobody, complains of nothing, and ends with 0', () => {
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    expect(printed).toMatchObject({ scenario: 'crowd', passed: true, troubles: {} });
  });

  it('has 20 at each server, open at both ends, and 80 heartbeats or a few more or less', () => {
    expect(printed.servers.map(({ sessions, open }) => [sessions, open])).toEqual([
      [20, 20],
      [20, 20],
    ]);
    expect(printed.total).toMatchObject({ sessions: 40, open: 40, suspicions: 0 });
    expect(printed.total.heartbeats).toBeGreaterThanOrEqual(0.8 * 80);
  });

  it('measures each of the 2 servers, and adds their processor time up', () => {
    for (const { cpuPercent, heap } of printed.servers) expect(Math.min(cpuPercent, heap)).toBeGreaterThan(0);
    const sum = printed.servers.reduce((total, { cpuPercent }) => total + cpuPercent, 0);
    expect(printed.total.cpuPercent).toBeCloseTo(sum, 6);
    expect(printed.connectMs).toBeGreaterThan(0);
  });
});

describe('planShares', () => {
  it('shares 100,000 out among 6, none with more than 16,667', () => {
    expect(planShares(100_000, 6, 20_000)).toEqual([16_667, 16_667, 16_667, 16_667, 16_666, 16_666]);
    expect(planShares(3, 3, 20_000)).toEqual([1, 1, 1]);
  });

  it.each([
    { servers: 5, files: 20_000, message: /20,000 a process.* 20,000 files .*--servers 6 would do/ },
    { servers: 6, files: 1_024, message: /16,667 a process.* 1,024 files .*--servers 105 would do/ },
    { servers: 6, files: 64, message: /64 files open \(ulimit -n\): raise it/ },
  ])('refuses 100,000 at $servers servers with $files files', ({ servers, files, message }) => {
    expect(() => planShares(100_000, servers, files)).toThrow(message);
  });

  it('refuses a server without a connection: 4 at 3 connections', () => {
    expect(() => planShares(3, 4, 20_000)).toThrow('--servers must be at most --connections');
  });
});

describe('planDoors', () => {
  it('takes 2 ports for 16,667 connections from 28,232 ports, 1 for a few, and 13 for 80,000 from 16,384', () => {
    expect(planDoors(16_667, 28_232)).toBe(2);
    expect(planDoors(20, 28_232)).toBe(1);
    expect(planDoors(80_000, 16_384)).toBe(13);
  });
});

describe('what the bench of a crowd checks', () => {
  const tally = { at: 0, cpuMs: 0, maxLoopDelayMs: 3, sessions: 10, suspicions: 0, stalls: 0, troubles: {} };
  const census = { open: 10, heartbeats: 0, troubles: {} };
  const good: Observation = {
    connections: 10,
    tally: [tally, { ...tally, at: 1_000, cpuMs: 20 }],
    census: [census, { ...census, heartbeats: 20 }],
    memory: [
      { heap: 1_000, rss: 10_000 },
      { heap: 19_000, rss: 37_000 },
    ],
  };

  function isKept(observations: readonly Observation[], connections: number, due: number): boolean {
    const total = totalOf(observations.map(figuresOf));
    return areKept(targetsOf(total, troublesOf(observations), connections, due), false);
  }

  it('takes 20 ms in 1 s for 2 % of a core, and what 9 more connections weigh for 9 times one', () => {
    expect(figuresOf(good)).toMatchObject({
      heartbeats: 20,
      cpuPercent: 2,
      maxLoopDelayMs: 3,
      heap: 2_000,
      rss: 3_000,
    });
    const slow = { ...good, tally: [tally, { ...tally, at: 1_000, cpuMs: 60, maxLoopDelayMs: 9 }] } as const;
    expect(totalOf([good, slow].map(figuresOf))).toMatchObject({ cpuPercent: 8, maxLoopDelayMs: 9, heap: 2_000 });
  });

  it('fails with 1 verdict, 1 connection that is missing at one end, and fewer than 80 % of the heartbeats', () => {
    expect(isKept([good], 10, 20)).toBe(true);
    const [before, after] = good.tally;
    const [quiet, beaten] = good.census;
    expect(isKept([{ ...good, tally: [before, { ...after, troubles: { 'dead: silent': 1 } }] }], 10, 20)).toBe(false);
    expect(
      isKept([{ ...good, census: [quiet, { ...beaten, troubles: { 'not connected: refused': 1 } }] }], 10, 20),
    ).toBe(false);
    expect(isKept([{ ...good, tally: [before, { ...after, sessions: 9 }] }], 10, 20)).toBe(false);
    expect(isKept([{ ...good, census: [quiet, { ...beaten, open: 9 }] }], 10, 20)).toBe(false);
    expect(isKept([good], 10, 26)).toBe(false);
  });

  it('does not fail for 11 % of a core, or a loop delay of 51 ms', () => {
    const busy = { ...good, tally: [tally, { ...tally, at: 1_000, cpuMs: 110, maxLoopDelayMs: 51 }] } as const;
    const targets = targetsOf(figuresOf(busy), {}, 10, 20);
    expect(targets.filter(({ holds }) => !holds).map(({ figure }) => figure)).toEqual([11, 51]);
    expect(areKept(targets, false)).toBe(true);
  });

  it('counts the end of 1 connection, at both ends', async () => {
    const count = new TroubleCount();
    const { client, session } = await startPair();
    const ended = session.next('end');
    client.destroy();
    await ended;
    expect(count.troubles).toEqual({ 'disconnect: closed-locally': 1, 'disconnect: eof': 1 });
  });

  it('ends with 2 for a crowd that has no room in 1 process', async () => {
    const { code, stderr } = await bench(LIMIT_MS, 'crowd', '--connections', '10000000', '--servers', '1');
    expect(code).toBe(2);
    expect(stderr).toMatch(/10,000,000 connections at 1 servers are 10,000,000 a process/);
  });
});
