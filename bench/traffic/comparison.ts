/** Contenders under the same loads, round by round, and what each is as a multiple of the floor in the same round. */

import type { BurstSample } from '../rivals/duel.ts';
import { Duel } from '../rivals/duel.ts';
import type { RivalName } from '../rivals/rivals.ts';
import type { Answer } from '../rivals/server.ts';
import type { Round } from '../support/rounds.ts';
import { measureRound } from '../support/rounds.ts';
import type { Summary } from '../support/statistics.ts';
import { summarize } from '../support/statistics.ts';
import type { Load, TrafficFlags } from './load.ts';
import { describeLoad, loadsOf } from './load.ts';

/** A rival, and what comes back for a message. */
export interface Contender {
  readonly rival: RivalName;
  readonly answer: Answer;
  readonly isWatched: boolean;
}

/** By name. The first is the floor. */
export type Contenders = Readonly<Record<string, Contender>>;

/** One contender under one load, over all rounds: what it is, and as multiples of the floor in the same round. */
interface Standing {
  readonly messagesPerSecond: Summary;
  readonly serverMicros: Summary;
  readonly clientMicros: Summary;
  readonly rateOfFloor: Summary;
  /** Of the server. */
  readonly cpuOfFloor: Summary;
}

/** All contenders under one load. */
export interface Comparison {
  readonly load: Load;
  readonly rounds: readonly Round<string, BurstSample>[];
  readonly standings: Readonly<Record<string, Standing>>;
}

/** How long one burst is, so that all take as long as is asked for. */
export function burstMsOf(contenders: Contenders, flags: TrafficFlags): number {
  const bursts = loadsOf(flags).length * Object.keys(contenders).length * (flags.rounds + 1);
  return Math.ceil((flags.seconds * 1_000) / bursts);
}

/** @throws Error that says whose message was lost, or was not as it was sent. */
export async function compareTraffic(contenders: Contenders, flags: TrafficFlags): Promise<readonly Comparison[]> {
  const loads = loadsOf(flags);
  const ms = burstMsOf(contenders, flags);
  const names = Object.keys(contenders);
  return withDuels(contenders, flags, async (duels) => {
    const kept: Round<string, BurstSample>[][] = loads.map(() => []);
    // The first round warms up, and is not kept.
    for (let round = 0; round <= flags.rounds; round += 1) {
      for (const [index, load] of loads.entries()) {
        const samples = await measureRound(names, round, (name) => runOn(duels, name, load, ms));
        if (round > 0) kept[index]?.push(samples);
      }
    }
    return loads.map((load, index) => compare(names, load, kept[index] ?? []));
  });
}

type Duels = Readonly<Record<string, Duel>>;

async function withDuels<Result>(
  contenders: Contenders,
  { connections, heartbeat }: TrafficFlags,
  use: (duels: Duels) => Promise<Result>,
): Promise<Result> {
  const duels: Record<string, Duel> = {};
  try {
    for (const [name, { rival, answer, isWatched }] of Object.entries(contenders)) {
      const duel = await Duel.start({ rival, answer, ...(isWatched ? { heartbeatMs: heartbeat } : {}) });
      duels[name] = duel;
      await duel.connect(connections);
    }
    return await use(duels);
  } finally {
    await Promise.all(Object.values(duels).map((duel) => duel[Symbol.asyncDispose]()));
  }
}

async function runOn(duels: Duels, name: string, load: Load, ms: number): Promise<BurstSample> {
  try {
    return await (duels[name] as Duel).run({ ...load, ms });
  } catch (error) {
    throw new Error(`${name}, ${describeLoad(load)}: ${(error as Error).message}`);
  }
}

/** Of all rounds under one load; the first name is that of the floor. */
export function compare(
  names: readonly string[],
  load: Load,
  rounds: readonly Round<string, BurstSample>[],
): Comparison {
  const [floor = ''] = names;
  const standings = names.map((name) => {
    const over = (value: (sample: BurstSample, floor: BurstSample) => number): Summary =>
      summarize(rounds.map((round) => value(round[name] as BurstSample, round[floor] as BurstSample)));
    return [
      name,
      {
        messagesPerSecond: over((sample) => sample.messagesPerSecond),
        serverMicros: over((sample) => sample.serverMicros),
        clientMicros: over((sample) => sample.clientMicros),
        rateOfFloor: over((sample, base) => sample.messagesPerSecond / base.messagesPerSecond),
        cpuOfFloor: over((sample, base) => sample.serverMicros / base.serverMicros),
      },
    ] as const;
  });
  return { load, rounds, standings: Object.fromEntries(standings) };
}
