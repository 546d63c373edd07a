/** The same work over and over, in turns watched and bare, and by how much the two differ. */

import type { Interval } from '../support/interval.ts';
import { intervalOf, middle } from '../support/interval.ts';
import type { ContenderName } from './contenders.ts';
import { CONTENDER_NAMES, CONTENDERS, isJudged } from './contenders.ts';
import type { Load } from './load.ts';
import { loadsOf } from './load.ts';
import { Stage } from './stage.ts';

/** Not kept: V8 compiles, and memory is touched for the first time. */
const WARM_ROUNDS = 2;

/** Those that are only told of have one round in so many. */
const TOLD_EVERY = 5;

/**
 * Turns of one sample, those with 1 watched (Thue and Morse's order): what drifts falls on both alike, also what drifts faster and
 * faster. Every other sample has it the other way round.
 */
const ORDER = [0, 1, 1, 0, 1, 0, 0, 1] as const;

/** Eight turns of one process, four of them watched. */
export interface Sample {
  readonly bareMs: number;
  readonly watchedMs: number;
  /** In all eight. */
  readonly chunks: number;
  readonly lost: number;
}

/** All samples of one contender under one load. */
export interface Trial {
  readonly name: ContenderName;
  readonly load: Load;
  readonly samples: readonly Sample[];
}

/** What is measured, and where it is kept. */
interface Course extends Trial {
  readonly samples: Sample[];
}

/** One process a contender, in which watched and bare turns take place: two processes differ by more than they do. */
export async function measureBusy(
  connections: number,
  chunks: number,
  rounds: number,
): Promise<{ readonly trials: readonly Trial[]; readonly isPinned: boolean }> {
  await using stage = await Stage.open<ContenderName>(CONTENDERS);
  await stage.connect(connections);
  const courses = loadsOf(connections, chunks).flatMap((load) =>
    CONTENDER_NAMES.map((name): Course => ({ name, load, samples: [] })),
  );
  for (let round = -WARM_ROUNDS; round < rounds; round += 1) {
    for (const { name, load, samples } of courses) {
      if (round > 0 && round % TOLD_EVERY !== 0 && !isJudged(name)) continue;
      const sample = await measure(stage, name, load, samples.length % 2);
      if (round >= 0) samples.push(sample);
    }
  }
  return { trials: courses, isPinned: stage.isPinned };
}

/**
 * After each change a turn is not counted: the other contenders have had the processor, or watches have been made, which the
 * collector still has to move, as it does once in the life of a watch.
 */
async function measure(stage: Stage<ContenderName>, name: ContenderName, load: Load, first: number): Promise<Sample> {
  const sample = { bareMs: 0, watchedMs: 0, chunks: 0, lost: 0 };
  let before: boolean | undefined;
  for (const turn of ORDER) {
    const isWatched = turn !== first;
    if (isWatched !== before) await stage.run(name, load, isWatched);
    before = isWatched;
    const { cpuMs, chunks, lost } = await stage.run(name, load, isWatched);
    sample[isWatched ? 'watchedMs' : 'bareMs'] += cpuMs;
    sample.chunks += chunks;
    sample.lost += lost;
  }
  return sample;
}

/** What watching costs, in per cent of the processor time of the bare turns. */
export function costOf(samples: readonly Sample[]): Interval {
  // Of logarithms, as half as much and twice as much are equally far from the same.
  const { estimate, low, high } = intervalOf(samples.map(({ bareMs, watchedMs }) => Math.log(watchedMs / bareMs)));
  const percent = (log: number): number => 100 * (Math.exp(log) - 1);
  return { estimate: percent(estimate), low: percent(low), high: percent(high) };
}

/** Microseconds of processor time that a chunk takes in the bare turns, median. */
export function bareMicrosOf(samples: readonly Sample[]): number {
  return middle(samples.map(({ bareMs, chunks }) => (bareMs * 1_000) / (chunks / 2)));
}

/** Of all loads together. */
export function samplesOf(trials: readonly Trial[], name: ContenderName): readonly Sample[] {
  return trials.filter((trial) => trial.name === name).flatMap(({ samples }) => samples);
}
