/**
 * What does it cost to watch ten thousand connections on which nothing happens? Processor time of the server for its heartbeats, memory
 * for its connections, and the longest time in which its event loop did nothing else.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { Duel } from '../rivals/duel.ts';
import type { RivalName } from '../rivals/rivals.ts';
import { RIVALS } from '../rivals/rivals.ts';
import { describeFlags, parseFlags } from '../support/flags.ts';
import type { Outcome, Scenario } from '../support/scenario.ts';
import type { Summary } from '../support/statistics.ts';
import { summarize } from '../support/statistics.ts';
import { formatTable } from '../support/table.ts';

const DEFAULTS = { connections: 10_000, heartbeat: 5_000, seconds: 15, rounds: 3 };

/** Bare sockets that nobody watches: what the others are measured above. */
const FLOOR = 'net, unwatched';

const CONTENDERS: Readonly<Record<string, { readonly rival: RivalName; readonly isWatched: boolean }>> = {
  [FLOOR]: { rival: 'net', isWatched: false },
  ...Object.fromEntries(
    Object.keys(RIVALS).map((rival) => [
      rival === 'net' ? 'net, a timer each' : rival,
      { rival: rival as RivalName, isWatched: true },
    ]),
  ),
};

/** Of one contender in one round. */
interface Sample {
  readonly beats: number;
  readonly cpuMs: number;
  readonly maxLoopDelayMs: number;
  /** A connection, in bytes. */
  readonly heap: number;
  readonly rss: number;
}

async function measure(name: string, { connections, heartbeat, seconds }: typeof DEFAULTS): Promise<Sample> {
  const { rival, isWatched } = CONTENDERS[name] ?? { rival: 'net', isWatched: false };
  await using duel = await Duel.start(rival, isWatched ? heartbeat : undefined);
  // What is made once, with the first connection, is no cost of each.
  await duel.connect(1);
  const before = await duel.memory();
  await duel.connect(connections);
  await sleep(heartbeat); // every connection has had its first heartbeat
  const after = await duel.memory();
  const beatsBefore = await duel.beats();
  const use = await duel.use(() => sleep(seconds * 1_000));
  const beats = (await duel.beats()) - beatsBefore;
  return {
    beats,
    cpuMs: use.cpuMs,
    maxLoopDelayMs: use.maxLoopDelayMs,
    heap: (after.heap - before.heap) / connections,
    rss: (after.rss - before.rss) / connections,
  };
}

/** One round: each contender in turn; another one begins each round. */
type Round = Readonly<Record<string, Sample>>;

async function measureRound(flags: typeof DEFAULTS, round: number): Promise<Round> {
  const names = Object.keys(CONTENDERS);
  const first = round % names.length;
  const samples: Record<string, Sample> = {};
  for (const name of [...names.slice(first), ...names.slice(0, first)]) samples[name] = await measure(name, flags);
  return samples;
}

/** One contender over all rounds. */
interface Standing {
  /** Processor time for 1,000 heartbeats above the floor of the same round, in milliseconds; undefined for the floor. */
  readonly cpu: Summary | undefined;
  readonly maxLoopDelayMs: Summary;
  readonly heap: Summary;
  readonly rss: Summary;
}

function standingOf(name: string, rounds: readonly Round[]): Standing {
  const over = (value: (round: Round) => number): Summary => summarize(rounds.map(value));
  const of = (round: Round, key: keyof Sample): number => round[name]?.[key] ?? Number.NaN;
  const cost = (round: Round): number =>
    (1_000 * (of(round, 'cpuMs') - (round[FLOOR]?.cpuMs ?? Number.NaN))) / of(round, 'beats');
  return {
    cpu: name === FLOOR ? undefined : over(cost),
    maxLoopDelayMs: over((round) => of(round, 'maxLoopDelayMs')),
    heap: over((round) => of(round, 'heap')),
    rss: over((round) => of(round, 'rss')),
  };
}

function describeStandings(standings: Readonly<Record<string, Standing>>): string {
  const digits = (summary: Summary | undefined, count = 0): string =>
    summary === undefined
      ? '-'
      : `${summary.median.toFixed(count)} (${summary.min.toFixed(count)} to ${summary.max.toFixed(count)})`;
  return formatTable(
    ['', 'cpu ms / 1,000 beats', 'loop delay max ms', 'heap B', 'rss B'],
    Object.entries(standings).map(([name, { cpu, maxLoopDelayMs, heap, rss }]) => [
      name,
      digits(cpu, 1),
      digits(maxLoopDelayMs),
      digits(heap),
      digits(rss),
    ]),
  );
}

async function run(flags: typeof DEFAULTS): Promise<Outcome> {
  const { connections, heartbeat, rounds, seconds } = flags;
  const measured: Round[] = [];
  for (let round = 0; round < rounds; round += 1) measured.push(await measureRound(flags, round));
  const standings = Object.fromEntries(Object.keys(CONTENDERS).map((name) => [name, standingOf(name, measured)]));
  const lost = Object.keys(CONTENDERS).filter((name) => {
    const expected = (connections * seconds * 1_000) / heartbeat;
    return name !== FLOOR && measured.some((round) => (round[name]?.beats ?? 0) < 0.9 * expected);
  });
  const passed = lost.length === 0;
  const text = [
    `${connections.toLocaleString('en')} idle connections, a heartbeat each ${heartbeat} ms, ${rounds} rounds of ${seconds} s: median, and the rounds' extremes.`,
    'cpu: of the server process, above that of unwatched sockets in the same round. heap, rss: a connection, at the server.',
    '',
    describeStandings(standings),
    '',
    passed ? 'holds: every heartbeat came' : `FAILS: too few heartbeats came from ${lost.join(', ')}`,
  ].join('\n');
  return { passed, text, results: { ...flags, standings, rounds: measured } };
}

export const idle: Scenario = {
  summary: 'what it costs to watch connections on which nothing happens, against ws, engine.io and timers by hand',
  flags: describeFlags({
    connections: [DEFAULTS.connections, 'for each rival'],
    heartbeat: [DEFAULTS.heartbeat, 'milliseconds between heartbeats'],
    seconds: [DEFAULTS.seconds, 'for which each is measured in a round'],
    rounds: [DEFAULTS.rounds, 'rounds'],
  }),
  prepare(args) {
    const flags = parseFlags(args, DEFAULTS);
    return () => run(flags);
  },
};
