/** The clock of a real process: one timer for all alarms, and one eye on whether the process ran at all. */

import { performance } from 'node:perf_hooks';
import { setImmediate, setTimeout } from 'node:timers';
import type { Alarm, AlarmOptions, AlarmOwner, Clock, Instant, Stall } from '../words/clock.ts';
import { MIN_STALL_MS } from '../words/clock.ts';
import { AlarmWheel } from './alarm-wheel.ts';
import { PollQueue } from './poll-queue.ts';
import { throwLater } from './throw-later.ts';

/**
 * A jump of the wall clock, against the monotonic one, that means that the system slept. Smaller ones are somebody
 * setting the time right.
 */
export const MIN_SLEEP_MS = 1000;

/** The longest delay that setTimeout takes; it makes 1 ms of anything above. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** What we need of Node's Timeout. */
export interface Timer {
  /** Lets it keep the process alive. */
  ref(): unknown;
  /** Lets it not. */
  unref(): unknown;
  /** Stops it. */
  close(): unknown;
}

/** Where a {@link SystemClock} has its time from. */
export interface TimeSources {
  /** Milliseconds that never run backwards. Default: `performance.now()` (L13). */
  readonly monotonic: () => Instant;
  /** Milliseconds that go on while the system sleeps; read only to learn of that. Default: `Date.now()`. */
  readonly wall: () => number;
  /** Default: `setTimeout` of node:timers, which nobody's fake timers reach. */
  readonly setTimer: (callback: () => void, delayMs: number) => Timer;
  /** Default: `setImmediate` of node:timers. */
  readonly setImmediate: (callback: () => void) => unknown;
}

type Alarms = ReturnType<AlarmWheel['takeDue']>;

/** At so many owners we look before they ring: few enough to be remembered until they do. */
const AHEAD = 64;

/** The one timeout that is set. */
interface Armed {
  readonly timer: Timer;
  /** What the wheel asked for. */
  readonly wanted: Instant;
  /** What was possible: not in the past, not too far away. Later than this is late. */
  readonly at: Instant;
}

/**
 * The clock and scheduler of a process; use {@link systemClock}.
 *
 * An alarm rings at its deadline or up to a tick of 10 ms later, never earlier, and at most once a turn. One exception:
 * when the system is found to have slept, every alarm that is set rings at once, so that everyone looks at his watch.
 */
export class SystemClock implements Clock {
  readonly #sources: TimeSources;
  readonly #wheel: AlarmWheel = new AlarmWheel(() => this.#handleWheelChange());
  readonly #polls: PollQueue;
  readonly #listeners = new Set<{ readonly listener: (stall: Stall) => void }>();
  #armed: Armed | undefined;
  #phase: 'timers' | 'unknown' = 'unknown';
  #isRinging = false;
  /** The sum of what {@link AlarmOwner.lookAhead} has given; of no other use. */
  #seen = 0;
  #lastStall: Stall | undefined;
  /** How far the wall clock was ahead of the monotonic one when we last looked. */
  #wallLeadMs = 0;
  readonly #runTurn: () => void = () => this.#turn();

  constructor(sources: Partial<TimeSources> = {}) {
    this.#sources = { ...NODE_SOURCES, ...sources };
    this.#polls = new PollQueue({ now: this.#sources.monotonic, setImmediate: this.#sources.setImmediate });
  }

  now(): Instant {
    return this.#sources.monotonic();
  }

  alarm(owner: AlarmOwner, options: AlarmOptions = {}): Alarm {
    return this.#wheel.alarm(owner, options.keepsProcess ?? false);
  }

  afterPoll(callback: (now: Instant) => void): void {
    this.#polls.add(callback, this.#phase);
  }

  get lastStall(): Stall | undefined {
    return this.#lastStall;
  }

  onStall(listener: (stall: Stall) => void): () => void {
    const entry = { listener };
    this.#listeners.add(entry);
    return () => void this.#listeners.delete(entry);
  }

  /** Measures, rings, arms the timer, and only then tells: nobody who throws can stop the heartbeat. */
  #turn(): void {
    this.#phase = 'timers';
    const now = this.now();
    const stalls = this.#measure(now);
    this.#armed = undefined;
    this.#ring(stalls.some(({ kind }) => kind === 'slept') ? this.#wheel.takeAll() : this.#wheel.takeDue(now), now);
    // From `now`, not from the present: if ringing has taken long, whoever comes next is late by that.
    this.#arm(now);
    for (const stall of stalls) this.#tell(stall);
    this.#phase = 'unknown';
  }

  /** The stalls that this turn finds. They are on record before anybody is called. */
  #measure(now: Instant): Stall[] {
    const stalls: Stall[] = [];
    const latenessMs = now - (this.#armed?.at ?? now);
    if (latenessMs > MIN_STALL_MS) stalls.push({ kind: 'blocked', endedAt: now, durationMs: latenessMs });
    const leadMs = this.#sources.wall() - now;
    const jumpMs = leadMs - this.#wallLeadMs;
    this.#wallLeadMs = leadMs;
    if (jumpMs > MIN_SLEEP_MS) stalls.push({ kind: 'slept', endedAt: now, durationMs: jumpMs });
    this.#lastStall = stalls.at(-1) ?? this.#lastStall;
    return stalls;
  }

  /** All get the same `now`: what one of them does slowly does not make the next one late. */
  #ring(alarms: Alarms, now: Instant): void {
    this.#isRinging = true;
    let index = 0;
    for (const alarm of alarms) {
      if (index % AHEAD === 0) this.#lookAhead(alarms, index);
      index += 1;
      if (!alarm.isTaken) continue; // cleared or set anew by who rang before
      alarm.clear();
      try {
        alarm.owner.handleAlarm(now);
      } catch (error) {
        throwLater(error);
      }
    }
    this.#isRinging = false;
  }

  /** At the next {@link AHEAD} of them. What nobody uses, the engine would not fetch. */
  #lookAhead(alarms: Alarms, from: number): void {
    const to = Math.min(from + AHEAD, alarms.length);
    for (let index = from; index < to; index += 1) this.#seen += alarms[index]?.owner.lookAhead?.() ?? 0;
  }

  #tell(stall: Stall): void {
    for (const { listener } of [...this.#listeners]) {
      try {
        listener(stall);
      } catch (error) {
        throwLater(error);
      }
    }
  }

  #handleWheelChange(): void {
    if (this.#isRinging) return; // the turn ends with arming
    // A clock that had nothing to do did not look: what the wall clock did meanwhile is no news.
    if (this.#armed === undefined) this.#wallLeadMs = this.#sources.wall() - this.now();
    this.#arm();
  }

  /**
   * Sets the timer, unless it is already set for the wheel's next instant or an earlier one. Late is counted `from`.
   */
  #arm(from?: Instant): void {
    const wanted = this.#wheel.nextAt;
    if (wanted < (this.#armed?.wanted ?? Number.POSITIVE_INFINITY)) {
      this.#armed?.timer.close();
      const now = this.now();
      const soonest = Math.min(Math.max(wanted, from ?? now), now + MAX_DELAY_MS);
      // Who replaces a timer that is overdue, behind a stall and before it could fire, is late since then.
      const at = Math.min(soonest, this.#armed?.at ?? soonest);
      // Node cuts off fractions of milliseconds on both sides, and would be up to 1 ms early.
      const delayMs = Math.min(Math.max(Math.ceil(at - now) + 1, 1), MAX_DELAY_MS);
      this.#armed = { timer: this.#sources.setTimer(this.#runTurn, delayMs), wanted, at };
    }
    if (this.#wheel.keepsProcess) this.#armed?.timer.ref();
    else this.#armed?.timer.unref();
  }
}

const NODE_SOURCES: TimeSources = {
  monotonic: () => performance.now(),
  wall: () => Date.now(),
  setTimer: (callback, delayMs) => setTimeout(callback, delayMs),
  setImmediate: (callback) => setImmediate(callback),
};

/** The clock of this process. All sessions share it, so that they share its timer and its eye for stalls. */
export const systemClock: Clock = new SystemClock();
