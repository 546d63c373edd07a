/** The clock of one simulated process, and its event loop. */

import type { Alarm, AlarmOptions, AlarmOwner, Clock, Instant, Stall } from '@systole/core';
import { MIN_STALL_MS } from '@systole/core';
import { MIN_SLEEP_MS } from '@systole/core/internal';
import { EventQueue, type Queued } from './event-queue.ts';
import type { Timeline } from './timeline.ts';

/** Where in its event loop the process is; `outside` where the test itself is running. */
type LoopPhase = 'outside' | 'timers' | 'poll' | 'check';

interface Delivery extends Queued {
  readonly callback: () => void;
}

/**
 * The view that one process has of a simulated world: exact, without ticks. The order of things is Node's: alarms, then
 * what the network has brought, then the afterPoll callbacks. After a stall the late alarms therefore ring before the
 * bytes are read that have come meanwhile, which is where a naive detector kills a healthy peer.
 *
 * Made by `SimulatedWorld.clock()`; for a single process, see `ManualClock`.
 */
export class SimulatedClock implements Clock {
  /** The time of its world. */
  readonly timeline: Timeline;
  readonly #changed: () => void;
  readonly #alarmHost: AlarmHost = {
    set: (alarm, deadline) => this.#set(alarm, deadline),
    clear: (alarm) => this.#clear(alarm),
  };
  readonly #alarms = new EventQueue<SimulatedAlarm>();
  readonly #deliveries = new EventQueue<Delivery>();
  readonly #listeners = new Set<{ readonly listener: (stall: Stall) => void }>();
  #phase: LoopPhase = 'outside';
  /** Taken out of the queue in this turn, and not yet rung. */
  #ringing: Set<SimulatedAlarm> = new Set();
  /** The afterPoll callbacks of the next check part. */
  #ripe: ((now: Instant) => void)[] = [];
  /** Those that were asked for in a poll or check part: one more poll part has to pass. */
  #asked: ((now: Instant) => void)[] = [];
  #lastStall: Stall | undefined;
  #sequence = 0;
  #stalledUntil: Instant = Number.NEGATIVE_INFINITY;
  /** How much the monotonic time of this process is behind the timeline, because of sleep. */
  #lagMs = 0;
  /** The monotonic time, while it stands still. */
  #frozenAt: Instant | undefined;
  /** Slept since the last turn. */
  #sleptMs = 0;

  constructor(timeline: Timeline) {
    this.timeline = timeline;
    this.#changed = timeline.join({ nextAt: () => this.#nextAt(), runOnce: () => this.#runOnce() });
  }

  now(): Instant {
    return this.#frozenAt ?? this.timeline.now - this.#lagMs;
  }

  alarm(owner: AlarmOwner, options: AlarmOptions = {}): Alarm {
    return new SimulatedAlarm(owner, options.keepsProcess ?? false, this.#alarmHost);
  }

  afterPoll(callback: (now: Instant) => void): void {
    const isBeforePoll = this.#phase === 'outside' || this.#phase === 'timers';
    (isBeforePoll ? this.#ripe : this.#asked).push(callback);
    this.#changed();
  }

  get lastStall(): Stall | undefined {
    return this.#lastStall;
  }

  onStall(listener: (stall: Stall) => void): () => void {
    const entry = { listener };
    this.#listeners.add(entry);
    return () => void this.#listeners.delete(entry);
  }

  /** How many alarms are set. 0 after everything was closed: nothing is left behind. */
  get alarmsSet(): number {
    return this.#alarms.size + this.#ringing.size;
  }

  /** Whether an alarm is set that would keep a real process alive. */
  get keepsProcess(): boolean {
    return [...this.#alarms.values(), ...this.#ringing].some(({ keepsProcess }) => keepsProcess);
  }

  /**
   * Calls back in the poll part of that instant, or of the first one in which the process runs again: the network's
   * way in.
   */
  deliverAt(instant: Instant, callback: () => void): void {
    this.#deliveries.put({ at: this.#onTimeline(instant), order: this.#nextOrder(), position: -1, callback });
    this.#changed();
  }

  /**
   * The process does not run for the next so many milliseconds; Infinity: never again. When it does, it has one turn,
   * with the lateness that a real clock would measure: none, if no alarm was due meanwhile.
   */
  stall(ms: number): void {
    if (!(ms >= 0)) throw new RangeError(`a stall must last 0 milliseconds or more, got ${ms}`);
    this.#stalledUntil = Math.max(this.#stalledUntil, this.timeline.now + ms);
    this.#changed();
  }

  /**
   * The whole system sleeps for the next so many milliseconds: the monotonic time stands still while the world goes on.
   * After more than 1000 ms it finds out as it wakes: a stall `slept`, and all alarms ring. (A real clock finds out
   * when its next timer is due.)
   */
  sleep(ms: number): void {
    if (!(ms >= 0 && ms < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`a sleep must last a finite number of milliseconds, 0 or more, got ${ms}`);
    }
    if (this.#frozenAt !== undefined) throw new Error('the system is asleep already');
    this.#frozenAt = this.now();
    this.timeline.callAt(this.timeline.now + ms, () => this.#wake(ms));
    this.#changed();
  }

  #wake(sleptMs: number): void {
    this.#frozenAt = undefined;
    this.#lagMs += sleptMs;
    this.#sleptMs += sleptMs;
    this.#changed();
  }

  #nextAt(): Instant {
    if (this.#frozenAt !== undefined) return Number.POSITIVE_INFINITY;
    const hasToRun = this.#ripe.length > 0 || this.#sleptMs > MIN_SLEEP_MS;
    const next = Math.min(
      hasToRun ? this.timeline.now : Number.POSITIVE_INFINITY,
      this.#deliveries.first?.at ?? Number.POSITIVE_INFINITY,
      this.#onTimeline(this.#alarms.first?.at ?? Number.POSITIVE_INFINITY),
    );
    return Math.max(next, this.#stalledUntil, this.timeline.now);
  }

  /** When our own clock will show `instant`: at least that, as far as it is up to rounding. */
  #onTimeline(instant: Instant): Instant {
    if (this.#frozenAt !== undefined) return this.timeline.now + (instant - this.#frozenAt);
    const at = instant + this.#lagMs;
    return at - this.#lagMs < instant ? at + 2 * Number.EPSILON * Math.abs(at) : at;
  }

  #runOnce(): void {
    this.#phase = 'timers';
    this.#runTimers();
    this.#phase = 'poll';
    for (const { callback } of this.#deliveries.takeDue(this.timeline.now)) this.timeline.attempt(callback);
    this.#phase = 'check';
    this.#runCheck();
    this.#phase = 'outside';
    this.#changed();
  }

  /** A turn, in the order of the real clock: measure, ring, tell. */
  #runTimers(): void {
    const due = this.#alarms.takeDue(this.timeline.now - this.#lagMs);
    const hasSlept = this.#sleptMs > MIN_SLEEP_MS;
    if (due.length === 0 && !hasSlept) return;
    const now = this.now();
    const stalls = this.#measure(now, due[0]?.at ?? now);
    this.#ring(hasSlept ? [...due, ...this.#alarms.takeDue(Number.POSITIVE_INFINITY)] : due, now);
    for (const stall of stalls) {
      for (const { listener } of [...this.#listeners]) this.timeline.attempt(() => listener(stall));
    }
  }

  #measure(now: Instant, firstDueAt: Instant): Stall[] {
    const stalls: Stall[] = [];
    const latenessMs = now - firstDueAt;
    if (latenessMs > MIN_STALL_MS) stalls.push({ kind: 'blocked', endedAt: now, durationMs: latenessMs });
    if (this.#sleptMs > MIN_SLEEP_MS) stalls.push({ kind: 'slept', endedAt: now, durationMs: this.#sleptMs });
    this.#sleptMs = 0;
    this.#lastStall = stalls.at(-1) ?? this.#lastStall;
    return stalls;
  }

  #ring(alarms: readonly SimulatedAlarm[], now: Instant): void {
    this.#ringing = new Set(alarms);
    for (const alarm of this.#ringing) {
      this.#ringing.delete(alarm);
      this.timeline.attempt(() => alarm.owner.handleAlarm(now));
    }
  }

  #runCheck(): void {
    const now = this.now();
    const callbacks = this.#ripe;
    this.#ripe = [];
    for (const callback of callbacks) this.timeline.attempt(() => callback(now));
    this.#ripe = this.#asked;
    this.#asked = [];
  }

  #set(alarm: SimulatedAlarm, deadline: Instant): void {
    if (Number.isNaN(deadline)) throw new TypeError('deadline must be a number, got NaN');
    this.#ringing.delete(alarm);
    // A deadline in the past is due now, and not late: lateness is counted from here.
    alarm.at = Math.max(deadline, this.now());
    alarm.order = this.#nextOrder();
    if (alarm.at === Number.POSITIVE_INFINITY) this.#alarms.remove(alarm);
    else this.#alarms.put(alarm);
    this.#changed();
  }

  #clear(alarm: SimulatedAlarm): void {
    this.#ringing.delete(alarm);
    this.#alarms.remove(alarm);
    this.#changed();
  }

  #nextOrder(): number {
    this.#sequence += 1;
    return this.#sequence;
  }
}

/** What an alarm needs of its clock. */
interface AlarmHost {
  set(alarm: SimulatedAlarm, deadline: Instant): void;
  clear(alarm: SimulatedAlarm): void;
}

class SimulatedAlarm implements Alarm, Queued {
  readonly owner: AlarmOwner;
  readonly keepsProcess: boolean;
  at: Instant = 0;
  order = 0;
  position = -1;
  readonly #host: AlarmHost;

  constructor(owner: AlarmOwner, keepsProcess: boolean, host: AlarmHost) {
    this.owner = owner;
    this.keepsProcess = keepsProcess;
    this.#host = host;
  }

  set(deadline: Instant): void {
    this.#host.set(this, deadline);
  }

  clear(): void {
    this.#host.clear(this);
  }
}
