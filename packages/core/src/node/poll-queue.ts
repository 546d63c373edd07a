/** Waiting for the kernel's news: who asks in any phase of the event loop is called after a whole poll phase. */

import type { Instant } from '../words/clock.ts';
import { throwLater } from './throw-later.ts';

/**
 * How many callbacks one immediate runs, so that a thousand verdicts at once leave room for reading in between (L5).
 */
const POLL_BATCH = 256;

type Callback = (now: Instant) => void;

/** What the queue needs of its clock. */
export interface PollQueueSources {
  readonly now: () => Instant;
  readonly setImmediate: (callback: () => void) => unknown;
}

/**
 * The loop of Node goes: timers, poll, check (immediates), and again. An immediate set in the timers phase therefore
 * runs after a whole poll phase; one set in a poll phase, by the callback of a socket or a file, runs before the next:
 * the kernel has not been asked again. As nobody can tell in which phase he is called, a callback waits for two
 * immediates: a whole poll phase lies between them, whatever the phase. It waits for one where the caller knows that
 * it is in the timers phase.
 *
 * One poll phase reads once from each socket: up to 2 MiB of what had come, or the FIN or RST if nothing was before
 * it.
 *
 * The immediates keep the process alive, for two rounds of the loop. Without that the poll phase would block until
 * something happens, and the callback with it.
 */
export class PollQueue {
  readonly #sources: PollQueueSources;
  /** Runs at the next immediate. */
  #ripe: Callback[] = [];
  /** Runs at the one after. */
  #asked: Callback[] = [];
  #isScheduled = false;
  readonly #check: () => void = () => this.#runCheck();

  constructor(sources: PollQueueSources) {
    this.#sources = sources;
  }

  /** `phase` is where the caller is, if he knows. */
  add(callback: Callback, phase: 'timers' | 'unknown'): void {
    (phase === 'timers' ? this.#ripe : this.#asked).push(callback);
    this.#schedule();
  }

  #runCheck(): void {
    const now = this.#sources.now();
    for (const callback of this.#ripe.splice(0, POLL_BATCH)) {
      try {
        callback(now);
      } catch (error) {
        throwLater(error);
      }
    }
    // This is the check phase: whoever asked until now, these callbacks included, has a whole poll phase ahead.
    this.#ripe = this.#ripe.length === 0 ? this.#asked : this.#ripe.concat(this.#asked);
    this.#asked = [];
    this.#isScheduled = false;
    if (this.#ripe.length > 0) this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#sources.setImmediate(this.#check);
  }
}
