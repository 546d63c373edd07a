// A watcher of 1,000 healthy peers is itself blocked, for up to ten times its bound: it blames nobody, says so once, and still
// finds the dead among them. On loopback: it needs no namespaces.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Gap } from '../support/lost-time.ts';
import type { FromPeers, PeersConfig, ToPeers, Way } from '../support/peers.ts';
import { Program } from '../support/program.ts';
import { falseVerdicts } from '../support/session-ends.ts';
import { stop } from '../support/stopping.ts';
import type {
  CrowdReport,
  CrowdStallKind,
  CrowdWatcherConfig,
  FromCrowdWatcher,
  ToCrowdWatcher,
} from './lab/crowd-watcher.ts';
import { corpseFigures, guardFigures } from './lab/stall-figures.ts';

const KEEPALIVE = { idleMs: 500, intervalMs: 500, probes: 2 };
const BOUND_MS = 1_500;
/** Of the same silence, at most (L5). */
const EXCUSES_MS = 1_000;
const SPARE_MS = 100;

/** Every other one when all have just been asked. A collection of garbage is not to be had shorter than the bound. */
const LONG_MS = [3_000, 3_000, 15_000, 15_000];
const LENGTHS_MS = [1_125, 1_125, 1_125, 1_125, 3_000, 3_000, ...LONG_MS];

/** With corpses among them, over and over, until they are found. */
const CORPSE_LENGTHS_MS = Array.from({ length: 12 }, (_, index) => (index % 4 < 2 ? 3_000 : 1_125));

const HEALTHY = 1_000;
const DOOMED = 10;

const PLACES: readonly (readonly [where: string, kind: CrowdStallKind])[] = [
  ['in a timer callback', 'timer'],
  ["in a socket's data callback", 'socket'],
  ['in a setImmediate callback', 'immediate'],
  ['by SIGSTOP until SIGCONT', 'stop'],
  ['by collections of garbage', 'collection'],
];

/** Before anybody is watched: processes, a heap of a gigabyte, and handshakes. */
const SET_UP_MS = 60_000;
const RUN_MS = 180_000;

type Watcher = Program<FromCrowdWatcher, ToCrowdWatcher>;
type Peers = Program<FromPeers, ToPeers>;

/** A watcher, its healthy peers, and those that will be frozen. */
interface Cast {
  readonly watcher: Watcher;
  readonly healthy: Peers;
  readonly doomed: Peers;
}

/** What has come of the stalls among healthy peers, and of those after some were frozen. */
interface Outcome {
  readonly guard: CrowdReport;
  readonly corpses: CrowdReport;
  /** The times in which the peers could not run, by their name. */
  readonly gaps: Readonly<Record<'healthy' | 'doomed', readonly Gap[]>>;
}

function start(kind: CrowdStallKind, seed: number): Cast {
  const config: CrowdWatcherConfig = { kind, keepalive: KEEPALIVE, seed };
  const watcher: Watcher = new Program(new URL('../dist/faults/lab/crowd-watcher.js', import.meta.url), config);
  return { watcher, healthy: startPeers('healthy', HEALTHY), doomed: startPeers('doomed', DOOMED) };
}

function startPeers(name: keyof Outcome['gaps'], count: number): Peers {
  // They accept the PINGs that are asked for as well.
  const config: PeersConfig = { name, ways: Array<Way>(count).fill('direct'), minPingIntervalMs: 100 };
  return new Program('peers', config);
}

async function connect({ watcher, healthy, doomed }: Cast): Promise<void> {
  const { port } = await watcher.next('listening');
  for (const peers of [healthy, doomed]) {
    await peers.next('started');
    peers.send({ type: 'connect', port });
    await peers.next('connected');
  }
}

async function run(kind: CrowdStallKind, { watcher, healthy, doomed }: Cast): Promise<Outcome> {
  const guard = await stall(watcher, { lengthsMs: kind === 'collection' ? LONG_MS : LENGTHS_MS });
  const gapsOfDoomed = await gapsOf(doomed);
  doomed.freeze();
  const corpses = await stall(watcher, { lengthsMs: CORPSE_LENGTHS_MS, untilGone: 'doomed' });
  return { guard, corpses, gaps: { healthy: await gapsOf(healthy), doomed: gapsOfDoomed } };
}

async function end({ watcher, healthy, doomed }: Cast): Promise<void> {
  await Promise.all([watcher, healthy, doomed].map((program) => program.kill()));
}

async function stall(
  watcher: Watcher,
  order: { readonly lengthsMs: readonly number[]; readonly untilGone?: string },
): Promise<CrowdReport> {
  watcher.send({ type: 'stall', ...order });
  for (;;) {
    const message = await watcher.next('stop', 'report');
    if (message.type === 'report') return message;
    await stop(watcher, message);
  }
}

async function gapsOf(peers: Peers): Promise<readonly Gap[]> {
  peers.send({ type: 'tell-gaps' });
  return (await peers.next('gaps')).gaps;
}

const casts = new Map<CrowdStallKind, Cast>();
const outcomes = new Map<CrowdStallKind, Outcome>();

async function play(kind: CrowdStallKind, cast: Cast): Promise<void> {
  outcomes.set(kind, await run(kind, cast));
  await end(cast); // others need the processor
}

beforeAll(async () => {
  for (const [index, [, kind]] of PLACES.entries()) casts.set(kind, start(kind, index));
  for (const cast of casts.values()) await connect(cast);
  // All at the same time: who is blocked needs no processor.
  await Promise.all([...casts].map(([kind, cast]) => play(kind, cast)));
}, SET_UP_MS + RUN_MS);

afterAll(async () => {
  await Promise.all([...casts.values()].map(end));
});

function outcomeOf(kind: CrowdStallKind): Outcome {
  return outcomes.get(kind) ?? expect.unreachable(`no outcome of ${kind}`);
}

function falselyEnded({ guard, corpses, gaps }: Outcome): ReturnType<typeof falseVerdicts> {
  const others = corpses.ended.filter(({ name }) => name !== 'doomed');
  return falseVerdicts([...guard.ended, ...others], gaps, KEEPALIVE.intervalMs);
}

describe.for(PLACES)('L5: a watcher of 1,010 peers, bound 1,500 ms, that is blocked %s', ([, kind]) => {
  it('L5: judges no healthy peer in stalls of 0.75, 2 and 10 bounds: 0 false verdicts, with 500 PONGs in flight', () => {
    const { guard, corpses } = outcomeOf(kind);
    expect(falselyEnded(outcomeOf(kind))).toEqual([]);
    const lasted = guard.stalls.map(({ from, to }) => to - from);
    expect(lasted.filter((ms) => ms > BOUND_MS).length).toBeGreaterThanOrEqual(LONG_MS.length);
    expect(lasted.filter((ms) => ms > 10 * BOUND_MS - SPARE_MS)).toHaveLength(2);
    const asked = guard.stalls.filter(({ moment }) => moment === 'asked');
    expect(Math.min(...asked.map(({ awaited }) => awaited))).toBeGreaterThan(500);
    // A single one, where it is collections that block.
    expect(corpses.collectionMs ?? Number.POSITIVE_INFINITY).toBeGreaterThan(0.75 * BOUND_MS);
  });

  it("L5: tells 'stall' once for each stall", () => {
    const { stalls } = outcomeOf(kind).guard;
    expect(stalls.map(({ reported }) => reported)).toEqual(stalls.map(() => 1));
  });

  it('L5: finds 10 frozen peers among them, at most 1,100 ms after the bound of the time in which it ran', () => {
    const dead = outcomeOf(kind).corpses.ended.filter(({ name }) => name === 'doomed');
    expect(dead.map(({ cause }) => cause)).toEqual(Array(DOOMED).fill('silent'));
    const latestMs = BOUND_MS + EXCUSES_MS + SPARE_MS;
    expect(dead.filter(({ runningMs }) => runningMs > latestMs)).toEqual([]);
  });
});

describe('L5: in all these places', () => {
  it('L5: a naive deadline by setTimeout on the same sockets kills more than 1,000 healthy peers', ({ task }) => {
    const guarded = PLACES.map(([where, kind]) => {
      const { stalls, ended } = outcomeOf(kind).guard;
      const wrong = falselyEnded(outcomeOf(kind)).filter((one) => ended.includes(one));
      return { where, stalls, ended, falselyEnded: wrong };
    });
    const title = `Stalls of a watcher of ${HEALTHY + DOOMED} healthy peers, bound ${BOUND_MS} ms`;
    task.meta.figures = guardFigures(title, BOUND_MS, guarded);
    for (const { where, stalls } of guarded) {
      const killed = stalls.reduce((sum, { naiveKilled }) => sum + naiveKilled, 0);
      expect(killed, where).toBeGreaterThan(HEALTHY);
    }
  });

  it('L5: all 10 dead are found while stalls follow each other', ({ task }) => {
    const reports = PLACES.map(([where, kind]) => [where, outcomeOf(kind).corpses] as const);
    const title = `${DOOMED} dead peers among them, stalls of 2 and 0.75 bounds on end; times are those in which the watcher ran`;
    task.meta.figures = corpseFigures(title, BOUND_MS, reports);
    for (const [where, { ended }] of reports) {
      expect(ended.filter(({ name }) => name === 'doomed').length, where).toBe(DOOMED);
    }
  });
});
