/** A log of what may come thousands of times a second: at most one line a second, with how often it came. */

import type { Alarm, AlarmOwner, Clock, Instant } from '../words/clock.ts';

const PERIOD_MS = 1_000;

/** See the head of the file. The first line comes at once. */
export class FloodLog<Entry> implements AlarmOwner {
  readonly #clock: Clock;
  readonly #alarm: Alarm;
  readonly #write: (last: Entry, count: number) => void;
  #last: Entry | undefined;
  #count = 0;
  #quietUntil: Instant = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, write: (last: Entry, count: number) => void) {
    this.#clock = clock;
    this.#alarm = clock.alarm(this);
    this.#write = write;
  }

  add(entry: Entry): void {
    this.#last = entry;
    this.#count += 1;
    const now = this.#clock.now();
    if (now >= this.#quietUntil) this.#flush(now);
    else this.#alarm.set(this.#quietUntil);
  }

  handleAlarm(now: Instant): void {
    this.#flush(now);
  }

  /** Writes what is left. */
  finish(): void {
    this.#alarm.clear();
    this.#flush(this.#clock.now());
  }

  #flush(now: Instant): void {
    const last = this.#last;
    const count = this.#count;
    if (last === undefined) return;
    this.#last = undefined;
    this.#count = 0;
    this.#quietUntil = now + PERIOD_MS;
    this.#write(last, count);
  }
}
