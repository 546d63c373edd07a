/** What a process weighs, and how late its event loop is. */

import { readdirSync } from 'node:fs';
import type { IntervalHistogram } from 'node:perf_hooks';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import process from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** In bytes, and files. */
export interface Weight {
  /** On the engine's heap. */
  readonly heap: number;
  /** Beside it: buffers, and what else its objects hold. */
  readonly external: number;
  /** Of the whole process. */
  readonly rss: number;
  /** Open file descriptors; 0 where the system does not tell. */
  readonly files: number;
}

/** From when it was begun anew until now. */
export interface Glance {
  /** The most that it has weighed, garbage included. */
  readonly peak: Weight;
  /** How much later than asked for a timer came. */
  readonly loopDelayP99Ms: number;
  readonly loopDelayMaxMs: number;
}

/** Of the timer that measures the loop; what is measured includes it. */
const RESOLUTION_MS = 10;

/** Memory is looked at so often, in search of its peak. */
const LOOK_EVERY_MS = 200;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** See the head of the file. */
export class Gauge {
  readonly #delay: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  #peak: Weight = weightNow();

  constructor() {
    this.#delay.enable();
    setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
  }

  #look(): void {
    this.#peak = largerOf(this.#peak, weightNow());
  }

  /** Since it was last begun anew. */
  get glance(): Glance {
    this.#look();
    const loopDelayP99Ms = delayOf(this.#delay.percentile(99));
    return { peak: this.#peak, loopDelayP99Ms, loopDelayMaxMs: delayOf(this.#delay.max) };
  }

  beginAnew(): void {
    this.#peak = weightNow();
    this.#delay.reset();
  }

  /** After a garbage collection, and begins anew. Two: what the first one frees may have kept something else. */
  weigh(): Weight {
    collectGarbage();
    collectGarbage();
    this.beginAnew();
    return weightNow();
  }
}

function delayOf(nanoseconds: number): number {
  return Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
}

function weightNow(): Weight {
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heap: heapUsed, external, rss, files: countFiles() };
}

function largerOf(one: Weight, other: Weight): Weight {
  return {
    heap: Math.max(one.heap, other.heap),
    external: Math.max(one.external, other.external),
    rss: Math.max(one.rss, other.rss),
    files: Math.max(one.files, other.files),
  };
}

function countFiles(): number {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return 0;
  }
}
