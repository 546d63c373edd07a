/**
 * How soon are a thousand peers found dead that freeze at the same instant? Each verdict has to come within L3's bound.
 *
 * It is the hard case: all peers speak at one instant and are frozen at once (SIGSTOP: their kernel goes on taking and
 * acknowledging bytes), so that all verdicts are due within the jitter of idle, a tenth of it.
 */

import type { Keepalive } from '@systole/core';
import { boundMs } from '@systole/core';
import { describeFlags, parseFlags } from '../support/flags.ts';
import { Program, sharedNow } from '../support/program.ts';
import type { Outcome, Scenario } from '../support/scenario.ts';
import type { Summary } from '../support/statistics.ts';
import { percentile, summarize } from '../support/statistics.ts';
import { formatTable } from '../support/table.ts';
import type { Target } from '../support/targets.ts';
import { atMost, promised } from '../support/targets.ts';
import type { FromPeers, PeersConfig, ToPeers } from './peers.ts';
import type { FromWatcher, ToWatcher, WatcherConfig } from './watcher.ts';

const DEFAULTS = { connections: 1_000, idle: 2_000, interval: 1_000, probes: 3, rounds: 3 };

/** A verdict may be so much later than its bound: any, and 99 of 100. */
const TOLERANCE_MS = 100;
const P99_TOLERANCE_MS = 50;
/** Above it, a round with late verdicts is measured again, and at most so many are. */
const MAX_LOST_MS = 25;
const MAX_REPEATED = 2;
/** Idle is shortened by at most a tenth (L8). */
const SHORTEST_IDLE = 0.9;

/** One round. Milliseconds, and numbers of connections. */
interface Round {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** max - bound: above 0 if late. */
  readonly overBound: number;
  /** From the freezing to the last verdict, by the clock of the process that froze. */
  readonly afterFreezing: number;
  readonly maxLoopDelay: number;
  /** The longest time in which the watcher wanted to run, and the machine was busy with others. */
  readonly lost: number;
  /** Processor time of the watcher, from the freezing on. */
  readonly cpu: number;
  /** Judged for another cause than `silent`, or before the freezing. */
  readonly wrong: number;
  readonly early: number;
  /** Later than the bound and the tolerance, or never. */
  readonly late: number;
  /** Of the watcher: reported, and excused. */
  readonly stalls: number;
}

async function measure(connections: number, keepalive: Keepalive): Promise<Round> {
  const bound = boundMs(keepalive);
  const watcherConfig: WatcherConfig = { keepalive, connections, patienceMs: 2 * bound + 5_000 };
  await using watcher = new Program<FromWatcher, ToWatcher>(new URL('./watcher.js', import.meta.url), watcherConfig);
  const { port } = await watcher.next('listening');
  const minPingIntervalMs = Math.min(1_000, keepalive.idleMs, keepalive.intervalMs);
  const peersConfig: PeersConfig = { port, connections, minPingIntervalMs };
  await using peers = new Program<FromPeers, ToPeers>(new URL('./peers.js', import.meta.url), peersConfig);
  await peers.next('connected');
  watcher.send({ type: 'connected' });
  await watcher.next('beating');
  peers.send({ type: 'speak' });
  await peers.next('spoken');
  const frozenAt = sharedNow();
  peers.freeze();
  watcher.send({ type: 'measure' });
  const { ended, stalls, maxLoopDelayMs, maxLostMs, cpuMs } = await watcher.next('report');

  const times = ended.map(({ silenceMs }) => silenceMs);
  const earliest = SHORTEST_IDLE * keepalive.idleMs + keepalive.intervalMs * keepalive.probes;
  const latest = bound + TOLERANCE_MS;
  const missing = connections - ended.length;
  return {
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
    max: percentile(times, 1),
    overBound: percentile(times, 1) - bound,
    afterFreezing: Math.max(...ended.map(({ at }) => at)) - frozenAt,
    maxLoopDelay: maxLoopDelayMs,
    lost: maxLostMs,
    cpu: cpuMs,
    wrong: ended.filter(({ cause, at }) => cause !== 'silent' || at < frozenAt).length,
    early: times.filter((ms) => ms < earliest).length,
    late: times.filter((ms) => ms > latest).length + missing,
    stalls,
  };
}

const COLUMNS: readonly (readonly [key: keyof Round, title: string])[] = [
  ['p50', 'p50'],
  ['p99', 'p99'],
  ['max', 'max'],
  ['overBound', 'max - bound'],
  ['afterFreezing', 'after freezing'],
  ['maxLoopDelay', 'loop delay'],
  ['lost', 'lost'],
  ['cpu', 'cpu'],
  ['wrong', 'false'],
  ['early', 'early'],
  ['late', 'late'],
  ['stalls', 'stalls'],
];

/** Late while the machine was so busy with others that it is they who were measured. To be in time in spite of them counts. */
function isVoid({ late, lost }: Round): boolean {
  return late > 0 && lost > MAX_LOST_MS;
}

/** Nobody may be judged wrongly in any round; nobody late in one that counts. */
function targetsOf(bound: number, rounds: readonly Round[], good: readonly Round[]): Target[] {
  const worst = (key: keyof Round, of: readonly Round[]): number =>
    percentile(
      of.map((round) => round[key]),
      1,
    );
  const [late, p99] = [worst('late', good), worst('p99', good) - bound];
  return [
    promised(atMost('judged for another cause, or while they lived', worst('wrong', rounds), 0)),
    promised(atMost('judged too early', worst('early', rounds), 0)),
    promised(atMost(`judged more than ${TOLERANCE_MS} ms over the bound, or never`, late, 0)),
    promised(atMost('max over the bound since the last byte, ms', worst('overBound', good), TOLERANCE_MS)),
    promised(atMost('p99 over the bound since the last byte, ms', p99, P99_TOLERANCE_MS)),
  ];
}

function show(number: number): string {
  return Number.isInteger(number) ? String(number) : number.toFixed(1);
}

function describeRounds(rounds: readonly Round[], summary: Readonly<Record<string, Summary>>): string {
  const summaries = Object.values(summary);
  const titled = rounds.map((round, index) => [`round ${index + 1}${isVoid(round) ? ' (void)' : ''}`, round] as const);
  return formatTable(
    ['ms', ...COLUMNS.map(([, title]) => title)],
    [
      ...titled.map(([title, round]) => [title, ...COLUMNS.map(([key]) => show(round[key]))]),
      ['median', ...summaries.map(({ median }) => show(median))],
      ['spread', ...summaries.map(({ min, max }) => show(max - min))],
    ],
  );
}

async function run({ connections, idle, interval, probes, rounds: wanted }: typeof DEFAULTS): Promise<Outcome> {
  const keepalive: Keepalive = { idleMs: idle, intervalMs: interval, probes };
  const rounds: Round[] = [];
  let good: Round[] = [];
  while (good.length < wanted && rounds.length < wanted + MAX_REPEATED) {
    rounds.push(await measure(connections, keepalive));
    good = rounds.filter((round) => !isVoid(round));
  }
  const summary = Object.fromEntries(
    COLUMNS.map(([key]) => [key, summarize((good.length > 0 ? good : rounds).map((round) => round[key]))]),
  );
  const bound = boundMs(keepalive);
  const window = `${SHORTEST_IDLE * idle + interval * probes} to ${bound + TOLERANCE_MS} ms`;
  const text = [
    `${connections} connections, frozen at one instant; idle ${idle} ms, interval ${interval} ms, ${probes} probes: bound ${bound} ms`,
    `p50, p99, max: from the last byte to the verdict, which is due within ${window}. Of the watcher from the freezing on:`,
    `loop delay (the longest), lost (the longest it was kept from running by others; above ${MAX_LOST_MS} a late round is void), cpu.`,
    '',
    describeRounds(rounds, summary),
  ].join('\n');
  return {
    text,
    targets: targetsOf(bound, rounds, good),
    results: { connections, keepalive, boundMs: bound, toleranceMs: TOLERANCE_MS, rounds, summary },
  };
}

export const detect: Scenario = {
  summary: 'how soon are peers found dead that freeze at the same instant',
  flags: describeFlags({
    connections: [DEFAULTS.connections, 'peers'],
    idle: [DEFAULTS.idle, 'ms of silence before the first probe'],
    interval: [DEFAULTS.interval, 'ms between probes'],
    probes: [DEFAULTS.probes, 'unanswered probes before the verdict'],
    rounds: [DEFAULTS.rounds, 'rounds'],
  }),
  prepare(args) {
    const flags = parseFlags(args, DEFAULTS);
    return () => run(flags);
  },
};
