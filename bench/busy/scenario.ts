/**
 * Does a busy link notice that it is watched? Messages that come back, as fast as they do, on connections with a heartbeat; against
 * `ws`, `engine.io` and bare `node:net` without one. The server is measured alone: one message in, one out.
 */

import type { EchoSample } from '../rivals/duel.ts';
import { Duel } from '../rivals/duel.ts';
import type { RivalName } from '../rivals/rivals.ts';
import { RIVALS } from '../rivals/rivals.ts';
import { describeFlags, parseFlags } from '../support/flags.ts';
import type { Outcome, Scenario } from '../support/scenario.ts';
import type { Summary } from '../support/statistics.ts';
import { summarize } from '../support/statistics.ts';
import { formatTable } from '../support/table.ts';

const DEFAULTS = { connections: 100, depth: 64, heartbeat: 5_000, rounds: 5, seconds: 60 };

const SIZES = [32, 1_024, 65_536] as const;

/** Under way on a connection: more of large messages would measure how memory is filled. */
const MAX_DEPTH_BYTES = 262_144;

const FLOOR: RivalName = 'net';
const NAMES = Object.keys(RIVALS) as readonly RivalName[];

interface Load {
  readonly connections: number;
  readonly bytes: number;
  readonly depth: number;
}

type Round = Readonly<Record<RivalName, EchoSample>>;

function loadsOf({ connections, depth }: typeof DEFAULTS): readonly Load[] {
  return [1, connections].flatMap((count) =>
    SIZES.map((bytes) => ({
      connections: count,
      bytes,
      depth: Math.max(1, Math.min(depth, Math.floor(MAX_DEPTH_BYTES / bytes))),
    })),
  );
}

async function withDuels<Result>(
  { connections, heartbeat }: typeof DEFAULTS,
  use: (duels: Readonly<Record<RivalName, Duel>>) => Promise<Result>,
): Promise<Result> {
  const duels: Partial<Record<RivalName, Duel>> = {};
  try {
    for (const name of NAMES) {
      const duel = await Duel.start(name, name === FLOOR ? undefined : heartbeat);
      duels[name] = duel;
      await duel.connect(connections);
    }
    return await use(duels as Record<RivalName, Duel>);
  } finally {
    await Promise.all(Object.values(duels).map((duel) => duel[Symbol.asyncDispose]()));
  }
}

/** The first round warms up, and is not kept. */
async function measureAll(flags: typeof DEFAULTS, loads: readonly Load[], ms: number): Promise<Round[][]> {
  return withDuels(flags, async (duels) => {
    const kept: Round[][] = loads.map(() => []);
    for (let round = 0; round <= flags.rounds; round += 1) {
      const first = round % NAMES.length;
      const order = [...NAMES.slice(first), ...NAMES.slice(0, first)];
      for (const [index, load] of loads.entries()) {
        const samples: Partial<Record<RivalName, EchoSample>> = {};
        for (const name of order) samples[name] = await duels[name].echo({ ...load, ms });
        if (round > 0) kept[index]?.push(samples as Round);
      }
    }
    return kept;
  });
}

/** One rival under one load: as multiples of the floor in the same round, beside what it is. */
interface Standing {
  readonly messagesPerSecond: Summary;
  readonly serverMicros: Summary;
  readonly rateOfFloor: Summary;
  readonly cpuOfFloor: Summary;
}

function standingOf(name: RivalName, rounds: readonly Round[]): Standing {
  const over = (value: (sample: EchoSample, floor: EchoSample) => number): Summary =>
    summarize(rounds.map((round) => value(round[name], round[FLOOR])));
  return {
    messagesPerSecond: over((sample) => sample.messagesPerSecond),
    serverMicros: over((sample) => sample.serverMicros),
    rateOfFloor: over((sample, floor) => sample.messagesPerSecond / floor.messagesPerSecond),
    cpuOfFloor: over((sample, floor) => sample.serverMicros / floor.serverMicros),
  };
}

function describeLoad({ connections, bytes, depth }: Load, rounds: readonly Round[]): string {
  const size = bytes < 1_024 ? `${bytes} B` : `${bytes / 1_024} KiB`;
  return formatTable(
    [
      `${connections} x ${size}, depth ${depth}`.padEnd(24),
      'messages/s',
      `x ${FLOOR}`,
      'cpu us',
      `x ${FLOOR}`,
      'spread',
    ],
    NAMES.map((name) => {
      const { messagesPerSecond, serverMicros, rateOfFloor, cpuOfFloor } = standingOf(name, rounds);
      return [
        name,
        Math.round(messagesPerSecond.median).toLocaleString('en'),
        rateOfFloor.median.toFixed(2),
        serverMicros.median.toFixed(2),
        cpuOfFloor.median.toFixed(2),
        `${cpuOfFloor.min.toFixed(2)} to ${cpuOfFloor.max.toFixed(2)}`,
      ];
    }),
  );
}

async function run(flags: typeof DEFAULTS): Promise<Outcome> {
  const loads = loadsOf(flags);
  const ms = Math.ceil((flags.seconds * 1_000) / (loads.length * NAMES.length * (flags.rounds + 1)));
  const measured = await measureAll(flags, loads, ms);
  const text = [
    `Messages that come back, ${flags.rounds} rounds of ${ms} ms each: median. cpu: of the server, a message in and out.`,
    '',
    ...loads.flatMap((load, index) => [describeLoad(load, measured[index] ?? []), '']),
  ].join('\n');
  const comparisons = loads.map((load, index) => {
    const rounds = measured[index] ?? [];
    return { load, standings: Object.fromEntries(NAMES.map((name) => [name, standingOf(name, rounds)])) };
  });
  return { passed: true, text, results: { ...flags, burstMs: ms, floor: FLOOR, comparisons } };
}

export const busy: Scenario = {
  summary: 'what a message costs on a link that is watched, against ws, engine.io and bare node:net',
  flags: describeFlags({
    connections: [DEFAULTS.connections, 'the many; each load is also measured over 1'],
    depth: [DEFAULTS.depth, `messages under way on a connection; at most ${MAX_DEPTH_BYTES / 1_024} KiB of them`],
    heartbeat: [DEFAULTS.heartbeat, 'milliseconds between heartbeats; the floor has none'],
    rounds: [DEFAULTS.rounds, 'rounds, after one to warm up'],
    seconds: [DEFAULTS.seconds, 'for all rounds together'],
  }),
  prepare(args) {
    const flags = parseFlags(args, DEFAULTS);
    return () => run(flags);
  },
};
