// `npm run bench`, each scenario with tiny numbers: it runs to its end, and its JSON has what it promises. The figures are worth nothing.

import { describe, expect, it } from 'vitest';
import type { IdleRound } from '../../bench/idle/standing.ts';
import type { Ordeal } from '../../bench/stall/ordeal.ts';
import type { Target } from '../../bench/support/targets.ts';
import type { Comparison } from '../../bench/traffic/comparison.ts';
import { bench } from '../support/bench.ts';

/** A machine that is busy with other tests takes its time to start twelve processes. */
const LIMIT_MS = 90_000;

/** Whether a busy machine has let it keep its promises, it tells by its exit code as well. */
async function measure<Results>(
  scenario: string,
  flags: Readonly<Record<string, number>>,
): Promise<Results & { readonly passed: boolean; readonly targets: readonly Target[] }> {
  const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const { code, stdout, stderr } = await bench(LIMIT_MS, scenario, '--json', ...args);
  expect(stderr).toBe('');
  const printed = JSON.parse(stdout);
  expect(printed).toMatchObject({ scenario, passed: code === 0, machine: { node: process.version } });
  return printed;
}

interface Standings {
  readonly standings: Readonly<Record<string, object>>;
}

interface Traffic {
  readonly floor: string;
  readonly comparisons: readonly Comparison[];
}

const NUMBER = expect.any(Number);
const SUMMARY = { median: NUMBER, min: NUMBER, max: NUMBER };
const WATCHED = ['net, unwatched', 'net, a timer each', 'ws', 'engine.io', 'systole'] as const;

describe('npm run bench, each scenario with tiny numbers', { timeout: LIMIT_MS }, () => {
  it('idle: what 3 heartbeats on 5 connections cost 5 contenders', async () => {
    const flags = { connections: 5, heartbeat: 300, warm: 5, beats: 3, rounds: 1 };
    const { standings, rounds } = await measure<Standings & { rounds: IdleRound[] }>('idle', flags);
    expect(Object.keys(standings)).toEqual([...WATCHED]);
    expect(standings['systole']).toMatchObject({ cpu: SUMMARY, maxLoopDelayMs: SUMMARY, heap: SUMMARY, rss: SUMMARY });
    const [floor, ...watched] = WATCHED.map((name) => rounds[0]?.[name]);
    expect(floor).toMatchObject({ beats: 0, lost: 0 });
    expect(watched).toMatchObject(Array(4).fill({ beats: NUMBER, beatsDue: 18, lost: 0 }));
    expect(Math.min(...watched.map((sample) => sample?.beats ?? 0))).toBeGreaterThan(0);
  });

  it.each([
    ['busy', ['net', 'net, gathered', 'ws', 'engine.io', 'systole']],
    ['ack', ['net, echo', 'net', 'net, gathered', 'ws', 'engine.io', 'systole']],
  ])('%s: 3 sizes over 1 and over 2 connections, for %j in the same round', async (scenario, names) => {
    const flags = { connections: 2, depth: 8, rounds: 1, seconds: 1 };
    const { floor, comparisons } = await measure<Traffic>(scenario, flags);
    expect(floor).toBe(names[0]);
    expect(comparisons).toHaveLength(6);
    for (const { load, rounds, standings } of comparisons) {
      expect(Object.keys(standings)).toEqual(names);
      expect(standings[floor]).toMatchObject({ rateOfFloor: { median: 1 }, cpuOfFloor: { median: 1 } });
      for (const { messages } of Object.values(rounds[0] ?? {})) {
        expect(messages).toBeGreaterThanOrEqual(load.connections * load.depth);
      }
    }
  });

  it('detect: how late 5 frozen peers are judged, by 5 promises', async () => {
    const flags = { connections: 5, idle: 300, interval: 200, rounds: 1 };
    const { targets, ...printed } = await measure<object>('detect', flags);
    expect(printed).toMatchObject({ boundMs: 900, rounds: [{ p50: NUMBER, p99: NUMBER, max: NUMBER, early: 0 }] });
    expect(targets.map(({ isPromise }) => isPromise)).toEqual(Array(5).fill(true));
  });

  it('stall: 4 stalls of 5 contenders of 5 connections, each of which finds all frozen ones in the end', async () => {
    const flags = { connections: 5, bound: 1_500, rounds: 1 };
    const { ordeals, targets } = await measure<{ ordeals: Readonly<Record<string, Ordeal>> }>('stall', flags);
    const names = ['net, a timer each', 'net, a deadline each', 'ws', 'engine.io', 'systole'];
    expect(Object.keys(ordeals)).toEqual(names);
    const blocked = [{ lastedMs: NUMBER, answers: NUMBER, killed: NUMBER }];
    const stalls = {
      '0.75 bounds': blocked,
      '2 bounds': blocked,
      '0.75, answers unread': blocked,
      '2, answers unread': blocked,
    };
    expect(Object.values(ordeals)).toEqual(names.map(() => ({ stalls, found: 5 })));
    // As far as it can see, nobody has answered for twice its deadline.
    expect(ordeals['net, a deadline each']?.stalls['2 bounds']).toMatchObject([{ killed: 5 }]);
    expect(targets.map(({ isPromise }) => isPromise)).toEqual(Array(5).fill(true));
  });

  it('connect: what each of 5 connections costs 5 contenders', async () => {
    const flags = { connections: 5, warm: 2, rounds: 1 };
    const { standings, targets } = await measure<Standings>('connect', flags);
    expect(Object.keys(standings)).toEqual([...WATCHED]);
    expect(standings['systole']).toMatchObject({ cpuMicros: SUMMARY, cpuOfFloor: SUMMARY });
    expect(targets).toMatchObject([{ figure: 0, isPromise: true }]);
  });

  it('reconnect: all 5 clients are back after their server was killed, with new sessions', async () => {
    const { passed, fleets } = await measure<{ fleets: object }>('reconnect', { connections: 5, down: 1 });
    const back = { back: 5, resumed: 0, last: NUMBER };
    expect(fleets).toMatchObject({ 'net, a fixed delay': back, systole: back });
    expect(passed).toBe(true);
  });

  it('ends with 2 for a flag that makes no sense', async () => {
    const { code, stderr } = await bench(LIMIT_MS, 'ack', '--depth', '0');
    expect(code).toBe(2);
    expect(stderr).toContain('--depth must be a whole number above 0, got 0');
  });
});
