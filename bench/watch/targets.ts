/** What a watch may cost, and whether it was at work. */

import type { Interval } from '../support/interval.ts';
import type { Target } from '../support/targets.ts';
import { atMost, promised } from '../support/targets.ts';
import type { Trial } from './comparison.ts';
import { costOf, samplesOf } from './comparison.ts';
import { CONTENDER_NAMES, isJudged } from './contenders.ts';
import { describeLoad } from './load.ts';
import type { Resting } from './resting.ts';

/** Per cent of the processor time of bare sockets. */
const MAX_PERCENT = 2;

/** What an interval says of such a cost. */
export function verdictOf({ low, high }: Interval): string {
  if (low > MAX_PERCENT) return `above ${MAX_PERCENT} %`;
  const size = high <= MAX_PERCENT ? `at most ${MAX_PERCENT} %` : '';
  if (low > 0 || high < 0) return size || 'above zero';
  return ['not distinguishable from zero', size].filter(Boolean).join(', ');
}

/**
 * A promise is broken when that is certain: the whole interval lies above the limit. That all of it lies below is a target of
 * speed, as a machine has to be quiet for it.
 */
export function targetsOf(trials: readonly Trial[], { tally }: Resting): Target[] {
  const names = CONTENDER_NAMES.filter(isJudged);
  const costs = [
    ...trials
      .filter(({ name }) => isJudged(name))
      .map(({ name, load, samples }) => [`${name}, ${describeLoad(load)}`, costOf(samples)] as const),
    ...names.map((name) => [`${name}, all loads`, costOf(samplesOf(trials, name))] as const),
  ];
  const lost = trials.flatMap(({ samples }) => samples).reduce((sum, sample) => sum + sample.lost, 0);
  return [
    ...costs.map(([what, { low }]) => promised(atMost(`${what}: it costs more than, %`, low, MAX_PERCENT))),
    ...names.map((name) =>
      atMost(`${name}, all loads: it costs less than, %`, costOf(samplesOf(trials, name)).high, MAX_PERCENT),
    ),
    promised(atMost('watches that did not last, or did not see what came', lost + tally.lost, 0)),
    promised(atMost('probes of watches at rest before idle is over', tally.probes, 0)),
  ];
}
