/**
 * Whom does a watcher kill that is itself blocked? A thousand healthy connections; the server's loop stands still for three quarters
 * of its bound, and for twice as long as it, at any moment or while answers to its heartbeats are on their way.
 *
 * All rivals have the same bound and are blocked again and again, each in processes of its own; nothing here is a matter of speed, so
 * all run at the same time. In the end the clients are frozen: whoever spares the healthy has to find the dead as well.
 */

import { heartbeatOf } from '../rivals/rival.ts';
import type { RivalName } from '../rivals/rivals.ts';
import { describeFlags, parseFlags } from '../support/flags.ts';
import type { Outcome, Scenario } from '../support/scenario.ts';
import { describeSummary, summarize } from '../support/statistics.ts';
import { formatTable } from '../support/table.ts';
import type { Target } from '../support/targets.ts';
import { atLeast, atMost, promised } from '../support/targets.ts';
import type { Ordeal, StallName } from './ordeal.ts';
import { goThrough, STALL_NAMES, STALLS } from './ordeal.ts';

const DEFAULTS = { connections: 1_000, bound: 1_500, rounds: 3 };

const CONTENDERS = {
  'net, a timer each': 'net',
  'net, a deadline each': 'net, deadline',
  ws: 'ws',
  'engine.io': 'engine.io',
  systole: 'systole',
} as const satisfies Readonly<Record<string, RivalName>>;

type Ordeals = Readonly<Record<keyof typeof CONTENDERS, Ordeal>>;

function describeOrdeals(ordeals: Ordeals): string {
  return formatTable(
    ['killed', ...STALL_NAMES, 'answers unread', 'frozen, found'],
    Object.entries(ordeals).map(([name, { stalls, found }]) => [
      name,
      ...STALL_NAMES.map((stall) => describeSummary(summarize(stalls[stall].map(({ killed }) => killed)))),
      describeSummary(
        summarize(
          STALL_NAMES.filter((stall) => STALLS[stall].isAnswering).flatMap((stall) => answersOf(stalls, stall)),
        ),
      ),
      String(found),
    ]),
  );
}

function answersOf(stalls: Ordeal['stalls'], name: StallName): number[] {
  return stalls[name].map(({ answers }) => answers);
}

function targetsOf(connections: number, { stalls, found }: Ordeal): Target[] {
  return [
    ...STALL_NAMES.map((name) => {
      const killed = stalls[name].reduce((sum, stall) => sum + stall.killed, 0);
      return promised(atMost(`healthy connections killed by systole in all rounds, ${name}`, killed, 0));
    }),
    promised(atLeast('frozen connections found by systole', found, connections)),
  ];
}

async function run({ connections, bound, rounds }: typeof DEFAULTS): Promise<Outcome> {
  const names = Object.keys(CONTENDERS) as (keyof typeof CONTENDERS)[];
  const measured = await Promise.all(
    names.map(async (name) => [name, await goThrough(CONTENDERS[name], connections, bound, rounds)] as const),
  );
  const ordeals = Object.fromEntries(measured) as Ordeals;
  const text = [
    `${connections.toLocaleString('en')} healthy connections, each to be found dead within ${bound} ms of silence; their server is blocked.`,
    `A heartbeat each ${heartbeatOf(bound)} ms, and as long again for its answer: a flag at each, a deadline, the loop of ws' README, pingTimeout, 3 probes.`,
    `${rounds} rounds: killed of them, median and the rounds' extremes; at any moment, or while answers to heartbeats are on their way.`,
    'In the end all clients are frozen for 1.5 bounds, and have to be found.',
    '',
    describeOrdeals(ordeals),
  ].join('\n');
  return {
    text,
    targets: targetsOf(connections, ordeals.systole),
    results: { connections, boundMs: bound, rounds, stalls: STALLS, ordeals },
  };
}

export const stall: Scenario = {
  summary: 'whom a watcher kills that is itself blocked, against ws, engine.io and timers by hand',
  flags: describeFlags({
    connections: [DEFAULTS.connections, 'healthy ones, for each rival'],
    bound: [DEFAULTS.bound, 'ms of silence within which each rival finds a dead one'],
    rounds: [DEFAULTS.rounds, 'times that each is blocked in each of four ways'],
  }),
  prepare(args) {
    const flags = parseFlags(args, DEFAULTS);
    return () => run(flags);
  },
};
