/** How good is the detector? The quality of ours and of others over simulated days, in the metrics of Chen, Toueg and Aguilera. */

import { describeFlags, parseFlags } from '../support/flags.ts';
import type { Outcome, Scenario } from '../support/scenario.ts';
import { compareWithTheory } from './acceptance.ts';
import { measure } from './measure.ts';
import { describeComparisons, describeRows, rowsOf } from './report.ts';
import type { ScenarioName } from './scenarios.ts';
import { SCENARIOS } from './scenarios.ts';
import { targetsOf } from './targets.ts';

const DEFAULTS = { days: 20, seed: 1 };

/** Heartbeats of the comparison with the theory. */
const HEARTBEATS = 1_000_000;

const LEGEND = [
  'each: from one heartbeat or PING to the next, without traffic. T_D: from a crash to the verdict, mean and p99. stalling: mistakes',
  'a day while the watching process stalls each minute, for 0.2 s in the median. T_M: how long a mistake lasts; of ours, until the client',
  'has dialled again. P_A: the share of time in which asking gives the right answer. suspect: soft mistakes, taken back.',
].join('\n');

/** With nothing but the comparison, if that fails. */
export function runQos({ days, seed }: typeof DEFAULTS, compare = compareWithTheory): Outcome {
  const comparisons = compare(seed, HEARTBEATS);
  const isTrusted = comparisons.every(({ holds }) => holds);
  const proof = [
    `The harness against theory: NFD-S in closed form, and over ${HEARTBEATS.toLocaleString('en')} simulated heartbeats.`,
    '',
    describeComparisons(comparisons),
    '',
    isTrusted
      ? 'holds: each within 3 sigma'
      : 'FAILS: not each within 3 sigma, so nothing else that it measures is worth a look.',
  ].join('\n');
  if (!isTrusted) return { passed: false, text: proof, results: { seed, comparisons } };

  const measured = (Object.keys(SCENARIOS) as ScenarioName[]).map((name) => {
    const standings = measure(SCENARIOS[name], { seed, days });
    return { name, rows: rowsOf(standings), targets: targetsOf(name, standings) };
  });
  const targets = measured.flatMap((scenario) =>
    scenario.targets.map((target) => ({ scenario: scenario.name, ...target })),
  );
  const passed = targets.every(({ status }) => status !== 'missed');
  const text = [
    proof,
    '',
    `${days} days, seed ${seed}. ${LEGEND}`,
    '',
    ...measured.flatMap(({ name, rows }) => [describeRows(SCENARIOS[name].title, rows), '']),
    ...targets.map(({ scenario, status, text: what }) => `${status.padEnd(8)} ${scenario}: ${what}`),
    '',
    passed ? 'holds: no target is missed' : 'FAILS: a target is missed',
  ].join('\n');
  return { passed, text, results: { seed, days, comparisons, scenarios: measured } };
}

export const qos: Scenario = {
  summary: 'how good is the detector: detection time, mistakes, accuracy',
  flags: describeFlags({
    days: [DEFAULTS.days, 'simulated days of each detector in each network'],
    seed: [DEFAULTS.seed, 'the same seed, the same figures'],
  }),
  prepare(args) {
    const flags = parseFlags(args, DEFAULTS);
    return async () => runQos(flags);
  },
};
