/**
 * What does a million sessions cost that nobody talks to? The real heartbeat, liveness machine, alarm wheel and clock of each of them in
 * one process, through an hour of virtual time in which one peer in a hundred dies.
 */

import type { Keepalive } from '@systole/core';
import { boundMs } from '@systole/core';
import { describeFlags, parseFlags } from '../../support/flags.ts';
import type { Outcome, Scenario } from '../../support/scenario.ts';
import { summarize } from '../../support/statistics.ts';
import { describeTrials } from './report.ts';
import { targetsOf } from './targets.ts';
import type { Trial } from './trial.ts';
import { tryFleet } from './trial.ts';

const DEFAULTS = { sessions: 1_000_000, minutes: 60, idle: 60, rounds: 5, seed: 1 };

/** What the cost of one among many is compared with. */
const FEW = 10_000;

/** The few first, once for nothing, so that nothing is left to be compiled; then the many, once. */
function run({ sessions, minutes, idle, rounds, seed }: typeof DEFAULTS): Outcome {
  const keepalive: Keepalive = { idleMs: idle * 1_000, intervalMs: 5_000, probes: 3 };
  const trial = (count: number, round: number): Trial =>
    tryFleet({ sessions: count, forMs: minutes * 60_000, keepalive, seed: seed + round });
  trial(Math.min(FEW, sessions), rounds);
  const few = Array.from({ length: rounds }, (_, round) => trial(Math.min(FEW, sessions), round));
  const many = trial(sessions, 0);
  const breaches = [...few, many].flatMap((one) => one.breaches.map((what) => `${describeCount(one)}: ${what}`));
  const targets = targetsOf(few, many);
  const passed = breaches.length === 0;
  const text = [
    `${minutes} simulated minutes and the bound behind them, idle ${idle} s, interval 5 s, 3 probes, seed ${seed}: one peer in a hundred dies.`,
    `Verdict within ${boundMs(keepalive) / 1_000} s. The fewer sessions ${rounds} times: median, and the extremes; ${sessions.toLocaleString('en')} sessions once.`,
    'Real: Heartbeat, Liveness, SystemClock and its wheel, wired as a connection wires them. Simulated: time, and the way. A PING is not',
    'encoded; if it reaches a living peer, its number comes back 20 to 220 ms later as a PONG. No socket, no codec, no delivery.',
    '',
    describeTrials(few, many),
    '',
    ...targets.map(({ status, text: what }) => `${status.padEnd(8)} ${what}`),
    '',
    passed
      ? 'holds: every death was found within the bound, and no living peer was judged or suspected'
      : `FAILS: ${breaches.join('; ')}`,
  ].join('\n');
  const [small, large] = [few.map(withoutSamples), withoutSamples(many)];
  return { passed, text, results: { minutes, keepalive, seed, few: small, many: large, breaches, targets } };
}

function describeCount({ sessions }: Trial): string {
  return `${sessions.toLocaleString('en')} sessions`;
}

/** Ten thousand times of detection are no result. */
function withoutSamples({ detectionMs, ...trial }: Trial): object {
  return { ...trial, detectionMs: summarize(detectionMs) };
}

export const fleet: Scenario = {
  summary: 'what a million sessions cost in one process, and whether each death is found; also without its name',
  flags: describeFlags({
    sessions: [DEFAULTS.sessions, 'in one process'],
    minutes: [DEFAULTS.minutes, 'simulated'],
    idle: [DEFAULTS.idle, 'seconds of silence before a heartbeat'],
    rounds: [DEFAULTS.rounds, `of at most ${FEW.toLocaleString('en')} sessions, to compare with`],
    seed: [DEFAULTS.seed, 'the same seed, the same deaths'],
  }),
  prepare(args) {
    const flags = parseFlags(args, DEFAULTS);
    return async () => run(flags);
  },
};
