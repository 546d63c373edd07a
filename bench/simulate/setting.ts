/** Where detectors are watched at work: a path, two processes, and for how long. */

import type { Ledger } from './ledger.ts';
import type { PathOptions } from './path.ts';
import { Path } from './path.ts';
import type { Stalling } from './process.ts';
import { Process } from './process.ts';
import type { Random } from './random.ts';
import { streamOf } from './random.ts';

export const DAY_MS = 24 * 3_600_000;

/** One kind of network, and of machine at its far end. */
export interface Scenario {
  readonly title: string;
  readonly path: PathOptions;
}

/** What was seen of a detector. */
export interface Observed {
  readonly ledger: Ledger;
  /** Samples of T_D: from a crash to the verdict. Of a watcher that does not stall. */
  readonly detectionMs: readonly number[];
  /** Soft mistakes: suspicions that were told, and taken back. */
  readonly suspicions: number;
}

/** The peer's machine is an ordinary one. */
const PEER: Stalling = { everyMs: 600_000, medianMs: 100 };

/** The watching process is not: it stalls each minute, if it is to. */
const WATCHER: Stalling = { everyMs: 60_000, medianMs: 200 };

/** See the head of the file. */
export interface Setting {
  readonly days: number;
  /** Whether the watching process stalls. */
  readonly stalls: boolean;
  readonly path: Path;
  readonly watcher: Process;
  readonly peer: Process;
  /** Chance for a purpose of its own. */
  streamOf(purpose: string): Random;
}

/** The same weather and the same peer for the same seed, whether the watcher stalls or not. */
export function createSetting(
  { title, path }: Scenario,
  { seed, days, stalls }: { readonly seed: number; readonly days: number; readonly stalls: boolean },
): Setting {
  const stream = (purpose: string): Random => streamOf(seed, `${title}: ${purpose}`);
  const weatherSeed = Math.floor(stream('weather')() * 2 ** 32);
  return {
    days,
    stalls,
    path: new Path(path, weatherSeed),
    watcher: new Process(stream('watcher'), stalls ? WATCHER : undefined),
    peer: new Process(stream('peer'), PEER),
    streamOf: stream,
  };
}
