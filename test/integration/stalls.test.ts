// Stalls of the watcher itself, on real sockets: nobody is judged for them, and nobody who is dead escapes by them (L5).

import process from 'node:process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StallKind } from '../support/blocking.ts';
import type { Gap } from '../support/lost-time.ts';
import type { FromPeers, PeersConfig, ToPeers, Way } from '../support/peers.ts';
import { Program } from '../support/program.ts';
import { falseVerdicts } from '../support/session-ends.ts';
import type {
  BlockedPeriod,
  FromStallWatcher,
  StallReport,
  StallWatcherConfig,
  ToStallWatcher,
} from '../support/stall-watcher.ts';
import { stop } from '../support/stopping.ts';

// The bound is 800 ms, and each stall is longer.
const KEEPALIVE = { idleMs: 200, intervalMs: 200, probes: 3 };
const BOUND_MS = 800;
const MIN_STALL_MS = 810;
const MAX_STALL_MS = 860;
const STALLS = 50;

/** 20 peers that stay healthy, on each way to the watcher; and 10 that are frozen in the end. */
const WAYS: readonly Way[] = [...Array(12).fill('direct'), ...Array(4).fill('long'), ...Array(4).fill('sluice')];
const FROZEN = 10;
const DOOMED = 'doomed';

const PLACES: readonly (readonly [where: string, kind: StallKind])[] = [
  ['in a timer callback', 'timer'],
  ['in an fs callback', 'fs'],
  ["in another socket's data callback", 'socket'],
  ['in a setImmediate callback', 'immediate'],
  ['of the whole process, by SIGSTOP', 'stop'],
];

/** Where a timer's callback has taken long, Node 20 goes on with the timers that came due meanwhile; newer ones poll first. */
const TIMERS_WAIT_FOR_POLL = Number(process.versions.node.split('.')[0]) >= 22;

type Watcher = Program<FromStallWatcher, ToStallWatcher>;
type Peers = Program<FromPeers, ToPeers>;

/** What has come of the 50 stalls, and of those after 10 peers were frozen. */
interface Outcome {
  readonly healthy: StallReport;
  readonly frozen: StallReport;
  /** The times in which the peers could not run, by their name. */
  readonly gaps: Readonly<Record<string, readonly Gap[]>>;
}

/** A watcher and its peers: `others` stay healthy. */
interface Cast {
  readonly watcher: Watcher;
  readonly others: Peers;
  readonly doomed: Peers;
}

const programs: AsyncDisposable[] = [];

function cast(kind: StallKind): Cast {
  const config = { kind, keepalive: KEEPALIVE, seed: 1, minStallMs: MIN_STALL_MS, maxStallMs: MAX_STALL_MS };
  const watcher: Watcher = new Program('stall-watcher', config satisfies StallWatcherConfig);
  const [others, doomed] = [startPeers('others', WAYS), startPeers(DOOMED, Array<Way>(FROZEN).fill('direct'))];
  programs.push(watcher, others, doomed);
  return { watcher, others, doomed };
}

function startPeers(name: string, ways: readonly Way[]): Peers {
  return new Program('peers', { name, ways, minPingIntervalMs: KEEPALIVE.intervalMs } satisfies PeersConfig);
}

async function connect({ watcher, others, doomed }: Cast): Promise<void> {
  const { port, naivePort } = await watcher.next('listening');
  others.send({ type: 'connect', port, tickerPort: naivePort, tickers: 4 });
  await others.next('connected');
  doomed.send({ type: 'connect', port });
  await doomed.next('connected');
}

async function run({ watcher, others, doomed }: Cast): Promise<Outcome> {
  const healthy = await stall(watcher, {});
  doomed.send({ type: 'tell-gaps' });
  const doomedGaps = (await doomed.next('gaps')).gaps;
  doomed.freeze();
  const frozen = await stall(watcher, { untilGone: DOOMED });
  others.send({ type: 'tell-gaps' });
  return { healthy, frozen, gaps: { others: (await others.next('gaps')).gaps, doomed: doomedGaps } };
}

/** Lets the watcher stall; stops and continues it where it asks for that. */
async function stall(watcher: Watcher, until: { readonly untilGone?: string }): Promise<StallReport> {
  watcher.send({ type: 'stall', times: STALLS, ...until });
  for (;;) {
    const message = await watcher.next('stop', 'report');
    if (message.type === 'report') return message;
    await stop(watcher, message);
  }
}

function countPhases(periods: readonly BlockedPeriod[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { phase } of periods) counts[phase] = (counts[phase] ?? 0) + 1;
  return counts;
}

const outcomes = new Map<StallKind, Promise<Outcome>>();

beforeAll(async () => {
  const casts = PLACES.map(([, kind]) => ({ kind, ...cast(kind) }));
  // Nobody is watched while processes start, which takes all that the machine has.
  await Promise.all(casts.flatMap(({ others, doomed }) => [others.next('started'), doomed.next('started')]));
  for (const players of casts) await connect(players);
  // All at the same time: who is blocked needs no processor.
  for (const { kind, ...players } of casts) outcomes.set(kind, run(players));
  await Promise.allSettled(outcomes.values());
}, 180_000);

afterAll(async () => {
  await Promise.all(programs.map((program) => program[Symbol.asyncDispose]()));
});

describe.for(PLACES)('L5: 50 stalls %s, each longer than the bound of 800 ms', ([, kind]) => {
  let outcome: Outcome;

  beforeAll(async () => {
    outcome = await outcomes.get(kind)!;
  });

  it('L5: none of 30 healthy peers is judged: 0 false verdicts in 50 stalls, at 4 phases of the heartbeat', () => {
    const { ended, sessions, periods } = outcome.healthy;
    expect(falseVerdicts(ended, outcome.gaps, KEEPALIVE.intervalMs)).toEqual([]);
    expect(sessions).toBe(WAYS.length + FROZEN);
    expect(countPhases(periods)).toEqual({ idle: 13, 'in-flight': 13, probing: 12, any: 12 });
    expect(Math.min(...periods.map(({ durationMs }) => durationMs))).toBeGreaterThan(BOUND_MS);
  });

  it("L5: 'stall' is told once for each of the 50, and not once for each of the 30 sessions", () => {
    expect(outcome.healthy.periods.map(({ reported }) => reported)).toEqual(Array(STALLS).fill(1));
  });

  it('L5: 10 frozen peers are found silent in spite of the stalls, after at most 1,500 ms in which we ran', () => {
    const { ended } = outcome.frozen;
    const dead = ended.filter(({ name }) => name === DOOMED);
    expect(dead.map(({ cause }) => cause)).toEqual(Array(FROZEN).fill('silent'));
    // The bound, interval x probes of excuses, and 100 ms to spare.
    expect(Math.max(...dead.map(({ runningMs }) => runningMs))).toBeLessThanOrEqual(1_500);
    expect(
      falseVerdicts(
        ended.filter(({ name }) => name !== DOOMED),
        outcome.gaps,
        KEEPALIVE.intervalMs,
      ),
    ).toEqual([]);
  });

  const isSpared = kind === 'timer' && TIMERS_WAIT_FOR_POLL;
  const howOften = isSpared ? 'in none' : 'in more than 25';
  it(`L5: a naive deadline by setTimeout is wrong ${howOften} of the 50, and never if it looks again after a poll phase`, () => {
    const { periods, naiveConfirmed } = outcome.healthy;
    const wrong = periods.filter(({ naiveWasWrong }) => naiveWasWrong).length;
    if (isSpared) expect(wrong).toBe(0);
    else expect(wrong).toBeGreaterThan(25);
    expect(naiveConfirmed).toBe(0);
  });
});
