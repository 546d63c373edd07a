/** A process that does not always run: it is stopped, or its event loop is busy. */

import type { Instant, Stall } from '@systole/core';
import { MIN_STALL_MS } from '@systole/core';
import type { Random } from './random.ts';
import { logNormal } from './random.ts';
import { Spans } from './spans.ts';

/** How often it stalls, and for how long in the median. */
export interface Stalling {
  readonly everyMs: number;
  readonly medianMs: number;
}

/** Of the logarithm of a stall's length: one in a hundred is ten times the median. */
const SIGMA = 1;

/** See the head of the file. */
export class Process {
  readonly #stalls: Spans | undefined;

  /** Undefined: it always runs. */
  constructor(random: Random, stalling: Stalling | undefined) {
    if (stalling === undefined) return;
    const { everyMs, medianMs } = stalling;
    this.#stalls = new Spans(random, everyMs, (of) => logNormal(of, medianMs, SIGMA));
  }

  /** When it does what is due at `at`. */
  runsAt(at: Instant): Instant {
    return this.#stalls?.at(at)?.to ?? at;
  }

  /** The newest stall that it has noticed. */
  lastStall(now: Instant): Stall | undefined {
    const span = this.#stalls?.before(now);
    if (span === undefined || span.to - span.from < MIN_STALL_MS) return undefined;
    return { kind: 'blocked', endedAt: span.to, durationMs: span.to - span.from };
  }
}
