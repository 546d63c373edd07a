/** What does a connection cost until it can be used, handshake included? Processor time of the server, for thousands in batches. */

import { Duel } from '../rivals/duel.ts';
import type { WatchedName } from '../rivals/watched.ts';
import { FLOOR, WATCHED, WATCHED_NAMES } from '../rivals/watched.ts';
import { describeFlags, parseFlags } from '../support/flags.ts';
import type { Round } from '../support/rounds.ts';
import { measureRound } from '../support/rounds.ts';
import type { Outcome, Scenario } from '../support/scenario.ts';
import type { Summary } from '../support/statistics.ts';
import { describeSummary, summarize } from '../support/statistics.ts';
import { formatTable } from '../support/table.ts';
import type { Target } from '../support/targets.ts';
import { atMost, promised } from '../support/targets.ts';

/** By then V8 has compiled what a connection runs through, which a server pays for once, in any contender. */
const WARM = 5_000;

const DEFAULTS = { connections: 10_000, warm: WARM, heartbeat: 30_000, rounds: 3 };

/** Of bare sockets, for so many connections. */
const MAX_CPU = 2;
const JUDGED_CONNECTIONS = 10_000;

/** Of one contender in one round. */
interface Sample {
  /** Of the server, in microseconds a connection. */
  readonly cpuMicros: number;
  readonly connectionsPerSecond: number;
  readonly maxLoopDelayMs: number;
  /** Connections that did not last until the end. */
  readonly lost: number;
}

type ConnectRound = Round<WatchedName, Sample>;

async function measure(name: WatchedName, { connections, warm, heartbeat }: typeof DEFAULTS): Promise<Sample> {
  const { rival, isWatched } = WATCHED[name];
  await using duel = await Duel.start({ rival, ...(isWatched ? { heartbeatMs: heartbeat } : {}) });
  await duel.connect(warm);
  const { cpuMs, elapsedMs, maxLoopDelayMs } = await duel.use(() => duel.connect(connections));
  const { open } = await duel.census();
  return {
    cpuMicros: (cpuMs * 1_000) / connections,
    connectionsPerSecond: (connections * 1_000) / elapsedMs,
    maxLoopDelayMs,
    lost: warm + connections - open,
  };
}

/** One contender over all rounds. */
interface Standing {
  readonly cpuMicros: Summary;
  /** As a multiple of the floor in the same round. */
  readonly cpuOfFloor: Summary;
  readonly connectionsPerSecond: Summary;
  readonly maxLoopDelayMs: Summary;
}

function standingOf(name: WatchedName, rounds: readonly ConnectRound[]): Standing {
  const over = (value: (sample: Sample, floor: Sample) => number): Summary =>
    summarize(rounds.map((round) => value(round[name], round[FLOOR])));
  return {
    cpuMicros: over(({ cpuMicros }) => cpuMicros),
    cpuOfFloor: over(({ cpuMicros }, floor) => cpuMicros / floor.cpuMicros),
    connectionsPerSecond: over(({ connectionsPerSecond }) => connectionsPerSecond),
    maxLoopDelayMs: over(({ maxLoopDelayMs }) => maxLoopDelayMs),
  };
}

function targetsOf(connections: number, { cpuOfFloor }: Standing, rounds: readonly ConnectRound[]): Target[] {
  const lost = rounds.flatMap((round) => WATCHED_NAMES.map((name) => round[name].lost));
  const lasted = promised(atMost('connections that did not last', Math.max(...lost), 0));
  if (connections !== JUDGED_CONNECTIONS) return [lasted];
  return [atMost(`server cpu a connection, of that of ${FLOOR}`, cpuOfFloor.median, MAX_CPU), lasted];
}

async function run(flags: typeof DEFAULTS): Promise<Outcome> {
  const { connections, warm, rounds } = flags;
  const measured: ConnectRound[] = [];
  for (let round = 0; round < rounds; round += 1) {
    measured.push(await measureRound(WATCHED_NAMES, round, (name) => measure(name, flags)));
  }
  const standings = WATCHED_NAMES.map((name) => [name, standingOf(name, measured)] as const);
  const text = [
    `${connections.toLocaleString('en')} connections in batches of 100, after ${warm} to warm up; ${rounds} rounds: median, and the rounds' extremes.`,
    `cpu: of the server process, handshake included. x: as a multiple of ${FLOOR} in the same round.`,
    '',
    formatTable(
      ['', 'cpu us', 'x', 'connections/s', 'loop delay max ms'],
      standings.map(([name, { cpuMicros, cpuOfFloor, connectionsPerSecond, maxLoopDelayMs }]) => [
        name,
        describeSummary(cpuMicros),
        describeSummary(cpuOfFloor, 2),
        describeSummary(connectionsPerSecond),
        describeSummary(maxLoopDelayMs),
      ]),
    ),
  ].join('\n');
  return {
    text,
    targets: targetsOf(connections, standingOf('systole', measured), measured),
    results: { ...flags, standings: Object.fromEntries(standings), rounds: measured },
  };
}

export const connect: Scenario = {
  summary: 'what a connection costs the server, handshake included, against ws, engine.io and bare node:net',
  flags: describeFlags({
    connections: [DEFAULTS.connections, 'for each rival'],
    warm: [DEFAULTS.warm, 'connections before them, to warm up'],
    heartbeat: [DEFAULTS.heartbeat, 'milliseconds between heartbeats; the floor has none'],
    rounds: [DEFAULTS.rounds, 'rounds'],
  }),
  prepare(args) {
    const flags = parseFlags(args, DEFAULTS);
    return () => run(flags);
  },
};
