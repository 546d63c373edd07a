/** What idle connections may cost. */

import { BY_HAND, FLOOR, WATCHED_NAMES } from '../rivals/watched.ts';
import { percentile } from '../support/statistics.ts';
import type { Target } from '../support/targets.ts';
import { atLeast, atMost, promised } from '../support/targets.ts';
import type { IdleRound, Sample } from './standing.ts';
import { cpuRatio } from './standing.ts';

/** Of what is due, as a share: a heartbeat may fall beyond the end of what is measured. */
const MIN_BEATS = 0.95;

/** Bytes a connection. */
const MAX_MORE_BYTES = 1_000;

/** Those of speed stand for so many connections; the promises for any. */
export function targetsOf(connections: number, rounds: readonly IdleRound[]): Target[] {
  const targets = [promised(everyBeatCame(rounds)), promised(everyConnectionLasted(rounds))];
  if (connections === 1_000) targets.unshift(cpuTarget(rounds, BY_HAND, 0.3));
  if (connections !== 10_000) return targets;
  return [
    cpuTarget(rounds, BY_HAND, 0.8),
    cpuTarget(rounds, 'ws', 0.9),
    atMost(
      'loop delay max, ms',
      medianOf(rounds, ({ systole }) => systole.maxLoopDelayMs),
      20,
    ),
    moreBytes(rounds, 'heap', FLOOR),
    moreBytes(rounds, 'rss', BY_HAND),
    ...targets,
  ];
}

function cpuTarget(rounds: readonly IdleRound[], other: typeof BY_HAND | 'ws', limit: number): Target {
  return atMost(`server cpu a heartbeat, of that of ${other}`, cpuRatio(rounds, 'systole', other).median, limit);
}

function moreBytes(rounds: readonly IdleRound[], key: 'heap' | 'rss', other: typeof FLOOR | typeof BY_HAND): Target {
  const more = medianOf(rounds, (round) => round.systole[key] - round[other][key]);
  return atMost(`${key} of a connection above that of ${other}, B`, more, MAX_MORE_BYTES);
}

/** Of any contender: the cost of heartbeats that did not come is none. */
function everyBeatCame(rounds: readonly IdleRound[]): Target {
  const shares = samplesOf(rounds)
    .filter(({ beatsDue }) => beatsDue > 0)
    .map(({ beats, beatsDue }) => beats / beatsDue);
  return atLeast('heartbeats that came, of those due, in the worst round of any', Math.min(...shares), MIN_BEATS);
}

function everyConnectionLasted(rounds: readonly IdleRound[]): Target {
  const lost = samplesOf(rounds).reduce((sum, sample) => sum + sample.lost, 0);
  return atMost('connections that did not last', lost, 0);
}

function samplesOf(rounds: readonly IdleRound[]): Sample[] {
  return rounds.flatMap((round) => WATCHED_NAMES.map((name) => round[name]));
}

function medianOf(rounds: readonly IdleRound[], value: (round: IdleRound) => number): number {
  return percentile(rounds.map(value), 0.5);
}
