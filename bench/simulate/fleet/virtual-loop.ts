/** The event loop of a process in virtual time: it does what is due, and time jumps to what is due next. */

import type { Instant } from '@systole/core';
import type { Timer, TimeSources } from '@systole/core/node';

/** What is read together was not read earlier: a loop that is as busy as this one looks at its sockets each so many milliseconds. */
export const READ_EACH_MS = 10;

/** A clock of a process shows fractions, and the machines are to be measured with such numbers. */
const STARTS_AT: Instant = 1_000.73;

/** Whom something reaches. */
export interface Receiver {
  handleArrival(number: number, now: Instant): void;
}

/** What is read in one turn. Two lists, so that what travels is no object. */
interface Batch {
  readonly receivers: Receiver[];
  readonly numbers: number[];
}

interface VirtualTimer extends Timer {
  readonly at: Instant;
  readonly callback: () => void;
}

/** The order of a turn is Node's: timers, what has come, immediates. */
export class VirtualLoop {
  /** For the real clock of a process, which sets one timer at a time. The system never sleeps. */
  readonly sources: TimeSources = {
    monotonic: () => this.#now,
    wall: () => this.#now,
    setTimer: (callback, delayMs) => this.#setTimer(callback, delayMs),
    setImmediate: (callback) => this.#immediates.push(callback),
  };
  #now: Instant = STARTS_AT;
  #timer: VirtualTimer | undefined;
  #immediates: (() => void)[] = [];
  /** By the number of the look at the sockets. */
  readonly #batches = new Map<number, Batch>();
  /** No look before this one finds anything. */
  #nextLook = 0;

  get now(): Instant {
    return this.#now;
  }

  /** At that instant, or when the sockets are looked at next, the receiver has this number. */
  arriveAt(at: Instant, receiver: Receiver, number: number): void {
    const look = Math.ceil((Math.max(at, this.#now) - STARTS_AT) / READ_EACH_MS);
    this.#nextLook = Math.min(this.#nextLook, look);
    let batch = this.#batches.get(look);
    if (batch === undefined) {
      batch = { receivers: [], numbers: [] };
      this.#batches.set(look, batch);
    }
    batch.receivers.push(receiver);
    batch.numbers.push(number);
  }

  /** One turn, at the next instant at which something happens; false if that is after `until`, which it is then. */
  turn(until: Instant): boolean {
    const at = Math.max(this.#now, this.#nextAt());
    this.#now = Math.min(at, until);
    if (at > until) return false;
    this.#runTimer();
    while (this.#looksAt() <= this.#now) this.#look();
    const immediates = this.#immediates;
    if (immediates.length > 0) {
      this.#immediates = [];
      for (const callback of immediates) callback();
    }
    return true;
  }

  #nextAt(): Instant {
    if (this.#immediates.length > 0) return this.#now;
    return Math.min(this.#timer?.at ?? Number.POSITIVE_INFINITY, this.#looksAt());
  }

  /** When the sockets are looked at, and something has come; Infinity if nothing is on its way. */
  #looksAt(): Instant {
    if (this.#batches.size === 0) return Number.POSITIVE_INFINITY;
    while (!this.#batches.has(this.#nextLook)) this.#nextLook += 1;
    return STARTS_AT + this.#nextLook * READ_EACH_MS;
  }

  #look(): void {
    const batch = this.#batches.get(this.#nextLook);
    this.#batches.delete(this.#nextLook);
    if (batch === undefined) return;
    const { receivers, numbers } = batch;
    for (let index = 0; index < receivers.length; index += 1) {
      receivers[index]?.handleArrival(numbers[index] ?? 0, this.#now);
    }
  }

  #runTimer(): void {
    const timer = this.#timer;
    if (timer === undefined || timer.at > this.#now) return;
    this.#timer = undefined;
    timer.callback();
  }

  #setTimer(callback: () => void, delayMs: number): Timer {
    const timer: VirtualTimer = {
      at: this.#now + delayMs,
      callback,
      ref: () => {},
      unref: () => {},
      close: () => {
        if (this.#timer === timer) this.#timer = undefined;
      },
    };
    if (this.#timer !== undefined) throw new Error('a clock has set a second timer');
    this.#timer = timer;
    return timer;
  }
}
