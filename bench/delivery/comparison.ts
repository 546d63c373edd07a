/** Samples of all systems in the same rounds: summaries, and ratios to the floor. */

import type { Summary } from '../support/statistics.ts';
import { summarize } from '../support/statistics.ts';
import { formatTable } from '../support/table.ts';
import type { Burst } from './client.ts';
import type { Sample } from './pair.ts';
import type { SystemName } from './systems.ts';
import { FLOOR, SYSTEM_NAMES } from './systems.ts';

/** What is sent, and how. */
export type Load = Omit<Burst, 'ms'>;

/** One system under one load, over all rounds. */
export interface Standing {
  readonly messagesPerSecond: Summary;
  readonly cpuMicros: Summary;
  readonly serverMicros: Summary;
  readonly clientMicros: Summary;
  /** As multiples of the floor in the same round: of its speed, and of its processor time. */
  readonly speedOfFloor: Summary;
  readonly cpuOfFloor: Summary;
}

/** One round: each system's sample under the same load, one right after the other. */
export type Round = Readonly<Record<SystemName, Sample>>;

/** All systems under one load. */
export interface Comparison {
  readonly load: Load;
  readonly rounds: readonly Round[];
  readonly standings: Readonly<Record<SystemName, Standing>>;
}

export function compare(load: Load, rounds: readonly Round[]): Comparison {
  const standings = Object.fromEntries(SYSTEM_NAMES.map((name) => [name, standingOf(name, rounds)]));
  return { load, rounds, standings: standings as Record<SystemName, Standing> };
}

function standingOf(name: SystemName, rounds: readonly Round[]): Standing {
  const over = (value: (sample: Sample, floor: Sample) => number): Summary =>
    summarize(rounds.map((round) => value(round[name], round[FLOOR])));
  return {
    messagesPerSecond: over((sample) => sample.messagesPerSecond),
    cpuMicros: over((sample) => sample.cpuMicros),
    serverMicros: over((sample) => sample.serverMicros),
    clientMicros: over((sample) => sample.clientMicros),
    speedOfFloor: over((sample, floor) => sample.messagesPerSecond / floor.messagesPerSecond),
    cpuOfFloor: over((sample, floor) => sample.cpuMicros / floor.cpuMicros),
  };
}

/** A table for people. */
export function describeComparison({ load, standings }: Comparison): string {
  const { connections, bytes, inFlight } = load;
  const title = `${connections} x ${sizeOf(bytes)}, ${inFlight} in flight`;
  return formatTable(
    [title, 'messages/s', 'spread', `x ${FLOOR}`, 'cpu us', 'spread', `x ${FLOOR}`, 'server', 'client'],
    Object.entries(standings).map(([name, standing]) => [
      name.padEnd(TITLE_WIDTH),
      Math.round(standing.messagesPerSecond.median).toLocaleString('en'),
      spreadOf(standing.messagesPerSecond),
      standing.speedOfFloor.median.toFixed(2),
      standing.cpuMicros.median.toFixed(2),
      spreadOf(standing.cpuMicros),
      standing.cpuOfFloor.median.toFixed(2),
      standing.serverMicros.median.toFixed(2),
      standing.clientMicros.median.toFixed(2),
    ]),
  );
}

/** Of the longest title, so that the tables stand in line. */
const TITLE_WIDTH = '100 x 64 KiB, 64 in flight'.length;

function sizeOf(bytes: number): string {
  return bytes < 1_024 ? `${bytes} B` : `${bytes / 1_024} KiB`;
}

/** From the worst to the best round, as a share of the median. */
function spreadOf({ median, min, max }: Summary): string {
  return `${(((max - min) / median) * 100).toFixed(0)} %`;
}
