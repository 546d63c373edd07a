/**
 * What does it cost to watch ten thousand connections on which nothing happens? Processor time of the server for its heartbeats, memory
 * for its connections, and the longest time in which its event loop did nothing else.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { Duel } from '../rivals/duel.ts';
import type { WatchedName } from '../rivals/watched.ts';
import { FLOOR, WATCHED, WATCHED_NAMES } from '../rivals/watched.ts';
import { describeFlags, parseFlags } from '../support/flags.ts';
import type { Round } from '../support/rounds.ts';
import { measureRound } from '../support/rounds.ts';
import type { Outcome, Scenario } from '../support/scenario.ts';
import type { Summary } from '../support/statistics.ts';
import { describeSummary } from '../support/statistics.ts';
import { formatTable } from '../support/table.ts';
import type { Sample, Standing } from './standing.ts';
import { standingOf } from './standing.ts';
import { targetsOf } from './targets.ts';

/** Collections of garbage end in threads of their own. */
const SETTLE_MS = 500;

/** V8 compiles once what a heartbeat runs through, and a server beats for weeks. */
const WARM_BEATS = 10_000;

const DEFAULTS = { connections: 10_000, heartbeat: 5_000, warm: WARM_BEATS, beats: 3, rounds: 3 };

/**
 * It lasts for a whole number of heartbeats, so that each connection has as many of them in it, whether they are spread or come in
 * bursts. Before it begins, every connection has had its first one, and all together `warm` of them. They come over one heartbeat's
 * time: if they came at once, a timer for each would fire as if it were one for all, which no peers do that come when they come.
 */
async function measure(name: WatchedName, { connections, heartbeat, warm, beats }: typeof DEFAULTS): Promise<Sample> {
  const { rival, isWatched } = WATCHED[name];
  await using duel = await Duel.start({ rival, ...(isWatched ? { heartbeatMs: heartbeat } : {}) });
  // What is made once, with the first connection, is no cost of each.
  await duel.connect(1);
  const before = await duel.memory();
  await duel.connect(connections, heartbeat);
  await sleep(heartbeat * Math.max(1, Math.ceil(warm / connections)));
  const after = await duel.memory();
  await sleep(SETTLE_MS);
  const start = await duel.census();
  const use = await duel.use(() => sleep(beats * heartbeat));
  const end = await duel.census();
  return {
    beats: end.beats - start.beats,
    beatsDue: isWatched ? beats * (connections + 1) : 0,
    lost: connections + 1 - end.open,
    cpuMs: use.cpuMs,
    maxLoopDelayMs: use.maxLoopDelayMs,
    heap: (after.heap - before.heap) / connections,
    rss: (after.rss - before.rss) / connections,
  };
}

function describeStandings(standings: Readonly<Record<WatchedName, Standing>>): string {
  const show = (summary: Summary | undefined, digits?: number): string =>
    summary === undefined ? '-' : describeSummary(summary, digits);
  return formatTable(
    ['', 'cpu ms / 1,000 beats', 'x by hand', 'loop delay max ms', 'heap B', 'rss B'],
    Object.entries(standings).map(([name, { cpu, cpuOfByHand, maxLoopDelayMs, heap, rss }]) => [
      name,
      show(cpu, 1),
      show(cpuOfByHand, 2),
      show(maxLoopDelayMs),
      show(heap),
      show(rss),
    ]),
  );
}

async function run(flags: typeof DEFAULTS): Promise<Outcome> {
  const { connections, heartbeat, rounds, beats } = flags;
  const measured: Round<WatchedName, Sample>[] = [];
  for (let round = 0; round < rounds; round += 1) {
    measured.push(await measureRound(WATCHED_NAMES, round, (name) => measure(name, flags)));
  }
  const standings = Object.fromEntries(WATCHED_NAMES.map((name) => [name, standingOf(name, measured)]));
  const text = [
    `${connections.toLocaleString('en')} idle connections, a heartbeat each ${heartbeat} ms, ${rounds} rounds of ${beats} heartbeats: median, and the rounds' extremes.`,
    `cpu: of the server process, above that of ${FLOOR} in the same round. heap, rss: a connection, at the server.`,
    '',
    describeStandings(standings as Record<WatchedName, Standing>),
  ].join('\n');
  return { text, targets: targetsOf(connections, measured), results: { ...flags, standings, rounds: measured } };
}

export const idle: Scenario = {
  summary: 'what it costs to watch connections on which nothing happens, against ws, engine.io and timers by hand',
  flags: describeFlags({
    connections: [DEFAULTS.connections, 'for each rival; there are targets for 1000 as well'],
    heartbeat: [DEFAULTS.heartbeat, 'milliseconds between heartbeats'],
    beats: [DEFAULTS.beats, 'heartbeats of a connection for which each rival is measured in a round'],
    warm: [DEFAULTS.warm, 'heartbeats before them, of all connections together, to warm up'],
    rounds: [DEFAULTS.rounds, 'rounds'],
  }),
  prepare(args) {
    const flags = parseFlags(args, DEFAULTS);
    return () => run(flags);
  },
};
