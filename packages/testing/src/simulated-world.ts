/** Virtual time, in which any number of processes live. */

import { setImmediate } from 'node:timers';
import type { Instant } from '@systole/core';
import { EventQueue, type Queued } from './event-queue.ts';
import { SimulatedClock } from './simulated-clock.ts';
import type { Process, Timeline } from './timeline.ts';

/** So often may everyone run at one instant before the world is taken to have stopped there. */
const MAX_ROUNDS = 100_000;

interface WorldEvent extends Queued {
  /** Undefined once it was called off. */
  callback: (() => void) | undefined;
}

interface Member extends Queued {
  readonly process: Process;
}

/**
 * A world with a time of its own, which stands still until {@link advance} lets it pass. It goes from event to event;
 * nothing happens between them, so a day without events takes no time at all.
 *
 * At each instant first the events of the world happen (what the network does), then each process that has something
 * to do goes through its event loop: timers, poll, check. This repeats until nobody has anything left to do.
 */
export class SimulatedWorld implements Timeline {
  readonly #events = new EventQueue<WorldEvent>();
  readonly #members = new EventQueue<Member>();
  #now: Instant;
  #sequence = 0;
  #errors: unknown[] = [];
  #isAdvancing = false;

  /** `start` is the first instant, in milliseconds. Default: 0, so that instants read as time passed. */
  constructor(start: Instant = 0) {
    this.#now = start;
  }

  /** The time of the world, which no stall of a process stops. */
  get now(): Instant {
    return this.#now;
  }

  /** The instant of the next event; undefined if nothing will ever happen. */
  get nextAt(): Instant | undefined {
    const next = this.#next();
    return next === Number.POSITIVE_INFINITY ? undefined : next;
  }

  /** The clock of one more process. Each process has its own stalls. */
  clock(): SimulatedClock {
    return new SimulatedClock(this);
  }

  /**
   * Lets so many milliseconds pass. What a callback throws is thrown here, after everyone else has been called whose
   * turn it was; time then stands at that instant, and may be advanced again.
   */
  advance(ms: number): void {
    const end = this.#begin(ms);
    try {
      for (let next = this.#next(); next <= end; next = this.#next()) this.#runInstant(next);
      this.#now = end;
    } finally {
      this.#isAdvancing = false;
    }
  }

  /** Like {@link advance}, and lets promises settle before, between and after the instants. */
  async advanceAsync(ms: number): Promise<void> {
    const end = this.#begin(ms);
    try {
      await this.settle();
      for (let next = this.#next(); next <= end; next = this.#next()) {
        this.#runInstant(next);
        await this.settle();
      }
      this.#now = end;
    } finally {
      this.#isAdvancing = false;
    }
  }

  /** Lets promises settle while no time passes: waits until all microtasks have run, and those they have queued. */
  async settle(): Promise<void> {
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  }

  callAt(instant: Instant, callback: () => void): () => void {
    const event: WorldEvent = { at: instant, order: this.#nextOrder(), position: -1, callback };
    this.#events.put(event);
    return () => {
      event.callback = undefined;
      this.#events.remove(event);
    };
  }

  join(process: Process): () => void {
    const member = { at: Number.POSITIVE_INFINITY, order: this.#nextOrder(), position: -1, process };
    return () => {
      member.at = process.nextAt();
      if (member.at === Number.POSITIVE_INFINITY) this.#members.remove(member);
      else this.#members.put(member);
    };
  }

  attempt(callback: () => void): void {
    try {
      callback();
    } catch (error) {
      this.#errors.push(error);
    }
  }

  #begin(ms: number): Instant {
    if (!(ms >= 0 && ms < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`the time to pass must be a finite number of milliseconds, 0 or more, got ${ms}`);
    }
    if (this.#isAdvancing) throw new Error('time is passing already: a callback cannot advance it');
    this.#isAdvancing = true;
    return this.#now + ms;
  }

  #next(): Instant {
    const event = this.#events.first?.at ?? Number.POSITIVE_INFINITY;
    const member = this.#members.first?.at ?? Number.POSITIVE_INFINITY;
    return Math.max(Math.min(event, member), this.#now);
  }

  #runInstant(instant: Instant): void {
    this.#now = instant;
    for (let round = 0; this.#next() <= instant; round += 1) {
      if (round === MAX_ROUNDS) {
        throw new Error(`no end of things to do at ${instant} ms: does somebody set his alarm to the past for ever?`);
      }
      for (const event of this.#events.takeDue(instant)) this.attempt(() => event.callback?.());
      for (const { process } of this.#members.takeDue(instant)) process.runOnce();
      this.#throwErrors();
    }
  }

  #throwErrors(): void {
    const errors = this.#errors;
    if (errors.length === 0) return;
    this.#errors = [];
    if (errors.length === 1) throw errors[0];
    throw new AggregateError(errors, `${errors.length} callbacks have thrown at ${this.#now} ms`);
  }

  #nextOrder(): number {
    this.#sequence += 1;
    return this.#sequence;
  }
}
