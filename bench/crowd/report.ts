/** What a crowd has cost, and whether everybody lives. */

import type { Memory } from '../support/memory.ts';
import { formatTable } from '../support/table.ts';
import type { Target } from '../support/targets.ts';
import { atLeast, atMost, promised } from '../support/targets.ts';
import type { Census } from './clients.ts';
import type { Tally } from './server.ts';
import type { Troubles } from './troubles.ts';
import { addUp } from './troubles.ts';

/** In per cent. Idle is shortened at random, so more come than one each idle; where the machine is busy with others, fewer. */
const MIN_HEARTBEATS = 80;
const MAX_CPU_PERCENT = 10;
const MAX_LOOP_DELAY_MS = 50;

/** One server and its clients, before and after the time in which they were measured. */
export interface Observation {
  readonly connections: number;
  readonly tally: readonly [before: Tally, after: Tally];
  readonly census: readonly [before: Census, after: Census];
  /** With one connection, and with all of them. */
  readonly memory: readonly [one: Memory, all: Memory];
}

/** One server; or all of them, added up where that makes sense, and the worst or the mean where not. */
export interface Figures {
  readonly sessions: number;
  readonly open: number;
  readonly heartbeats: number;
  /** Of one core, in per cent. */
  readonly cpuPercent: number;
  readonly maxLoopDelayMs: number;
  /** A connection, in bytes. */
  readonly heap: number;
  readonly rss: number;
  /** Since they were started, as they are rare. */
  readonly suspicions: number;
  readonly stalls: number;
}

export function figuresOf({ connections, tally, census, memory }: Observation): Figures {
  const [{ at, cpuMs }, after] = tally;
  const [one, all] = memory;
  const more = Math.max(1, connections - 1);
  return {
    sessions: after.sessions,
    open: census[1].open,
    heartbeats: Math.round(census[1].heartbeats - census[0].heartbeats),
    cpuPercent: (100 * (after.cpuMs - cpuMs)) / (after.at - at),
    maxLoopDelayMs: after.maxLoopDelayMs,
    heap: (all.heap - one.heap) / more,
    rss: (all.rss - one.rss) / more,
    suspicions: after.suspicions,
    stalls: after.stalls,
  };
}

export function totalOf(figures: readonly Figures[]): Figures {
  const sum = (key: keyof Figures): number => figures.reduce((total, each) => total + each[key], 0);
  return {
    sessions: sum('sessions'),
    open: sum('open'),
    heartbeats: sum('heartbeats'),
    cpuPercent: sum('cpuPercent'),
    maxLoopDelayMs: Math.max(...figures.map(({ maxLoopDelayMs }) => maxLoopDelayMs)),
    heap: sum('heap') / figures.length,
    rss: sum('rss') / figures.length,
    suspicions: sum('suspicions'),
    stalls: sum('stalls'),
  };
}

/** Of both ends. */
export function troublesOf(observations: readonly Observation[]): Troubles {
  return addUp(observations.flatMap(({ tally, census }) => [tally[1].troubles, census[1].troubles]));
}

/** That nobody is lost holds on any machine. The speed is that of the numbers by default. */
export function targetsOf(total: Figures, troubles: Troubles, connections: number, due: number): Target[] {
  const wrong = Object.values(troubles).reduce((sum, times) => sum + times, 0);
  return [
    promised(atMost('verdicts, and connections that were lost or not made', wrong, 0)),
    promised(atLeast('connections that live at both ends', Math.min(total.sessions, total.open), connections)),
    promised(atLeast('heartbeats, in % of those that are due', (100 * total.heartbeats) / due, MIN_HEARTBEATS)),
    atMost('cpu of all servers, in % of one core', total.cpuPercent, MAX_CPU_PERCENT),
    atMost('longest loop delay of any server, ms', total.maxLoopDelayMs, MAX_LOOP_DELAY_MS),
  ];
}

export function describeFigures(figures: readonly Figures[], total: Figures): string {
  const whole = (number: number): string => Math.round(number).toLocaleString('en');
  const row = (title: string, each: Figures): string[] => [
    title,
    whole(each.sessions),
    whole(each.heartbeats),
    each.cpuPercent.toFixed(2),
    each.maxLoopDelayMs.toFixed(1),
    whole(each.heap),
    whole(each.rss),
    String(each.suspicions),
    String(each.stalls),
  ];
  return formatTable(
    ['', 'sessions', 'heartbeats', 'cpu % of a core', 'loop delay max ms', 'heap B', 'rss B', 'suspected', 'stalls'],
    [...figures.map((each, index) => row(`server ${index + 1}`, each)), row('all', total)],
  );
}

/** One a line. */
export function describeTroubles(troubles: Troubles): string[] {
  return Object.entries(troubles).map(([name, times]) => `${times} times ${name}`);
}
