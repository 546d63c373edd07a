/** What watches cost, for people. */

import type { Summary } from '../support/statistics.ts';
import { describeSummary } from '../support/statistics.ts';
import { formatTable } from '../support/table.ts';
import type { Sample, Trial } from './comparison.ts';
import { bareMicrosOf, costOf, samplesOf } from './comparison.ts';
import { CONTENDER_NAMES } from './contenders.ts';
import { describeLoad } from './load.ts';
import type { Resting } from './resting.ts';
import { verdictOf } from './targets.ts';

export function describeBusy(trials: readonly Trial[]): string {
  const rows = CONTENDER_NAMES.flatMap((name) => [
    ...trials
      .filter((trial) => trial.name === name)
      .map(({ load, samples }) => describeRow(name, describeLoad(load), samples, bareMicrosOf(samples).toFixed(1))),
    describeRow(name, 'all loads', samplesOf(trials, name), ''),
  ]);
  return formatTable(['', 'load', 'bare us / chunk', 'samples', 'cost %', '95 % interval', ''], rows);
}

function describeRow(name: string, load: string, samples: readonly Sample[], bareMicros: string): string[] {
  const cost = costOf(samples);
  const interval = `${signed(cost.low)} to ${signed(cost.high)}`;
  return [name, load, bareMicros, String(samples.length), signed(cost.estimate), interval, verdictOf(cost)];
}

function signed(percent: number): string {
  return `${percent < 0 ? '' : '+'}${percent.toFixed(1)}`;
}

export function describeResting(connections: number, { micros, percentOfCore }: Resting): string {
  const show = (summary: Summary): string => describeSummary(summary, 2);
  return [
    `${connections.toLocaleString('en')} watched sockets on which nothing happens, idle 20 s, above bare ones: ${show(micros)} us a watch and second,`,
    `${show(percentOfCore)} % of a core for all of them. Each is looked at once a second; no probe is due yet.`,
  ].join('\n');
}
