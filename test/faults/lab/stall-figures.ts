/** What stalls of a watcher did to its verdicts, as tables. */

import type { EndedSession } from '../../support/session-ends.ts';
import type { CrowdReport, CrowdStall } from './crowd-watcher.ts';
import type { Figures } from './figures.ts';

/** A series of stalls of one kind, all whom they have killed, and those of them who were able to answer. */
export interface Guarded {
  readonly where: string;
  readonly stalls: readonly CrowdStall[];
  readonly ended: readonly EndedSession[];
  readonly falselyEnded: readonly EndedSession[];
}

export function guardFigures(title: string, boundMs: number, guarded: readonly Guarded[]): Figures {
  return {
    title,
    head: [
      'blocked',
      'for',
      'lasted',
      'PONGs awaited',
      'stall events',
      'false verdicts',
      'peers that did not run',
      'killed by setTimeout',
    ],
    rows: guarded.flatMap((series) => {
      const lengthsMs = [...new Set(series.stalls.map(({ lengthMs }) => lengthMs))];
      return lengthsMs.map((lengthMs) => guardRow(series, lengthMs, boundMs));
    }),
  };
}

function guardRow(series: Guarded, lengthMs: number, boundMs: number): readonly string[] {
  const { where, stalls, ended, falselyEnded } = series;
  const alike = stalls.filter((stall) => stall.lengthMs === lengthMs);
  const isDueToThem = ({ at }: EndedSession): boolean =>
    stalls.findLast(({ from }) => from <= at)?.lengthMs === lengthMs;
  const killed = falselyEnded.filter(isDueToThem).length;
  return [
    where,
    `${lengthMs / boundMs} bounds`,
    `${range(alike.map(({ from, to }) => to - from))} ms`,
    range(alike.map(({ awaited }) => awaited)),
    range(alike.map(({ reported }) => reported)),
    String(killed),
    String(ended.filter(isDueToThem).length - killed),
    range(alike.map(({ naiveKilled }) => naiveKilled)),
  ];
}

export function corpseFigures(
  title: string,
  boundMs: number,
  reports: readonly (readonly [where: string, report: CrowdReport])[],
): Figures {
  return {
    title,
    head: ['blocked', 'dead found', 'stalls until then', 'verdict after', 'after the bound'],
    rows: reports.map(([where, { ended, stalls }]) => {
      const dead = ended.filter(({ name }) => name === 'doomed').map(({ runningMs }) => runningMs);
      const lateMs = dead.map((runningMs) => runningMs - boundMs);
      return [where, String(dead.length), String(stalls.length), `${range(dead)} ms`, `${range(lateMs)} ms`];
    }),
  };
}

/** From the least to the most, in whole numbers. */
function range(values: readonly number[]): string {
  const [least, most] = [Math.round(Math.min(...values)), Math.round(Math.max(...values))];
  return least === most ? String(least) : `${least} to ${most}`;
}
