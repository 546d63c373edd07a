/**
 * Does a busy stream notice that it is watched? A process that reads its sockets, in turns bare and watched, under the same load in
 * the same chunks; and how sure the difference is.
 */

import { describeFlags, parseFlags } from '../support/flags.ts';
import type { Outcome, Scenario } from '../support/scenario.ts';
import { bareMicrosOf, costOf, measureBusy } from './comparison.ts';
import { describeBusy, describeResting } from './report.ts';
import { MAX_WINDOW_MS, measureResting } from './resting.ts';
import { targetsOf } from './targets.ts';

const DEFAULTS = { connections: 100, chunks: 400, rounds: 45, resting: 1_000, window: 2_500 };

/** What never came fails it, as a watch that ended does. */
async function run(flags: typeof DEFAULTS): Promise<Outcome> {
  try {
    return await measure(flags);
  } catch (error) {
    const { message } = error as Error;
    return { passed: false, text: `FAILS: ${message}`, results: { ...flags, failure: message } };
  }
}

async function measure(flags: typeof DEFAULTS): Promise<Outcome> {
  const { trials, isPinned } = await measureBusy(flags.connections, flags.chunks, flags.rounds);
  const resting = await measureResting(flags.resting, flags.window);
  const costs = trials.map(({ name, load, samples }) => ({
    name,
    load,
    bareMicros: bareMicrosOf(samples),
    percent: costOf(samples),
  }));
  const text = [
    'Sockets that are read while pieces come, in turns bare and watched, in one process; eight turns are a sample.',
    `cost: processor time of that process, user and system, above that of its bare turns${isPinned ? '; it shares one core with who sends' : ''}.`,
    'Estimate of Hodges and Lehmann, and the interval of Wilcoxon\'s signed ranks. What comes out for "bare, again" is error.',
    'A turn is over before idle 20 s looks; what its looks cost stands below the table. Idle 100 ms looks at each socket 100 times a second.',
    '',
    describeBusy(trials),
    '',
    describeResting(flags.resting, resting),
  ].join('\n');
  return { text, targets: targetsOf(trials, resting), results: { ...flags, isPinned, costs, resting, trials } };
}

export const watch: Scenario = {
  summary: 'what it costs a busy stream that it is watched, and how sure that is',
  flags: describeFlags({
    connections: [DEFAULTS.connections, 'the many; there is a load over 1 as well'],
    chunks: [
      DEFAULTS.chunks,
      'in a turn, of 16 KiB: some milliseconds of work, so that a disturbance falls on both of a pair',
    ],
    rounds: [DEFAULTS.rounds, 'samples of each load, and a fifth of them of what is told and not judged'],
    resting: [DEFAULTS.resting, 'watched connections on which nothing happens'],
    window: [DEFAULTS.window, `milliseconds for which these are measured, three times; at most ${MAX_WINDOW_MS}`],
  }),
  prepare(args) {
    const flags = parseFlags(args, DEFAULTS);
    if (flags.window > MAX_WINDOW_MS) throw new Error(`--window must be at most ${MAX_WINDOW_MS}, got ${flags.window}`);
    return () => run(flags);
  },
};
