/** What heartbeats have cost, above bare sockets in the same round. */

import type { WatchedName } from '../rivals/watched.ts';
import { BY_HAND, FLOOR } from '../rivals/watched.ts';
import type { Round } from '../support/rounds.ts';
import type { Summary } from '../support/statistics.ts';
import { summarize } from '../support/statistics.ts';

/** Of one contender in one round. */
export interface Sample {
  /** That came to the clients, and that were due. */
  readonly beats: number;
  readonly beatsDue: number;
  /** Connections that did not last. */
  readonly lost: number;
  readonly cpuMs: number;
  readonly maxLoopDelayMs: number;
  /** A connection, in bytes. */
  readonly heap: number;
  readonly rss: number;
}

/** One contender over all rounds. */
export interface Standing {
  /** Processor time for 1,000 heartbeats above the floor, in milliseconds; undefined for the floor. */
  readonly cpu: Summary | undefined;
  /** The same as a multiple of a timer for each connection. */
  readonly cpuOfByHand: Summary | undefined;
  readonly maxLoopDelayMs: Summary;
  readonly heap: Summary;
  readonly rss: Summary;
}

export type IdleRound = Round<WatchedName, Sample>;

export function standingOf(name: WatchedName, rounds: readonly IdleRound[]): Standing {
  const over = (value: (sample: Sample) => number): Summary => summarize(rounds.map((round) => value(round[name])));
  const isFloor = name === FLOOR;
  return {
    cpu: isFloor ? undefined : summarize(rounds.map((round) => costOf(round, name))),
    cpuOfByHand: isFloor ? undefined : cpuRatio(rounds, name, BY_HAND),
    maxLoopDelayMs: over((sample) => sample.maxLoopDelayMs),
    heap: over((sample) => sample.heap),
    rss: over((sample) => sample.rss),
  };
}

/** What a heartbeat of one costs as a multiple of another's, round by round. */
export function cpuRatio(rounds: readonly IdleRound[], name: WatchedName, other: WatchedName): Summary {
  return summarize(rounds.map((round) => costOf(round, name) / costOf(round, other)));
}

function costOf(round: IdleRound, name: WatchedName): number {
  return (1_000 * (round[name].cpuMs - round[FLOOR].cpuMs)) / round[name].beats;
}
