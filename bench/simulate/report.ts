/** What was measured, for people and for machines. */

import { percentile } from '../support/statistics.ts';
import { formatTable } from '../support/table.ts';
import type { Comparison } from './acceptance.ts';
import type { Standing, Standings } from './measure.ts';
import { mean } from './measure.ts';
import type { Quality } from './nfds.ts';

/** One detector, in numbers. */
export interface Row {
  readonly name: string;
  readonly everyMs: number;
  readonly meanDetectionMs: number;
  readonly p99DetectionMs: number;
  readonly mistakesPerDay: number;
  /** Undefined of none. */
  readonly mistakeMs: number | undefined;
  /** P_A. */
  readonly accuracy: number;
  /** Suspicions that were told, and taken back; ours only. */
  readonly suspicionsPerDay: number;
  readonly mistakesPerDayStalling: number;
}

export function rowsOf({ ours, equalTraffic, frequent, others }: Standings): Row[] {
  return [...ours, equalTraffic, frequent, ...others].map(rowOf);
}

function rowOf({ name, everyMs, calm, stalling }: Standing): Row {
  const { ledger, detectionMs, suspicions } = calm;
  const days = ledger.batches.length;
  return {
    name,
    everyMs,
    meanDetectionMs: mean(detectionMs),
    p99DetectionMs: percentile(detectionMs, 0.99),
    mistakesPerDay: ledger.mistakes / days,
    mistakeMs: ledger.mistakes === 0 ? undefined : ledger.durationMs,
    accuracy: ledger.accuracy,
    suspicionsPerDay: suspicions / days,
    mistakesPerDayStalling: stalling.ledger.mistakes / days,
  };
}

/** A table for people. */
export function describeRows(title: string, rows: readonly Row[]): string {
  return formatTable(
    [title, 'each', 'T_D', 'p99', 'mistakes/day', 'stalling', 'T_M', '1 - P_A', 'suspect/day'],
    rows.map((row) => [
      row.name,
      seconds(row.everyMs),
      seconds(row.meanDetectionMs),
      seconds(row.p99DetectionMs),
      row.mistakesPerDay.toFixed(2),
      row.mistakesPerDayStalling.toFixed(2),
      row.mistakeMs === undefined ? '-' : seconds(row.mistakeMs),
      row.mistakeMs === undefined ? '0' : (1 - row.accuracy).toExponential(1),
      row.name.startsWith('Systole') ? row.suspicionsPerDay.toFixed(2) : '-',
    ]),
  );
}

const FIGURES: Readonly<Record<keyof Quality, readonly [title: string, show: (value: number) => string]>> = {
  recurrenceMs: ['E(T_MR)', (ms) => `${(ms / 1_000).toFixed(2)} s`],
  durationMs: ['E(T_M)', (ms) => `${(ms / 1_000).toFixed(4)} s`],
  inaccuracy: ['1 - P_A', (share) => share.toExponential(3)],
};

/** The harness against the theory. */
export function describeComparisons(comparisons: readonly Comparison[]): string {
  return formatTable(
    ['T_D bound', 'figure', 'exact', 'measured', 'sigma', 'off by'],
    comparisons.map(({ boundMs, figure, exact, measured, sigmas, holds }) => {
      const [title, show] = FIGURES[figure];
      const off = `${sigmas.toFixed(2)} sigma${holds ? '' : ' FAILS'}`;
      return [`${boundMs / 1_000} s`, title, show(exact), show(measured.value), show(measured.sigma), off];
    }),
  );
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
