/** A clock in the hand of a unit test. Nothing rings by itself. */

import type { Alarm, AlarmOwner, Clock, Instant, Stall } from '../../src/words/clock.ts';

/** Stands still until it is moved; what it is asked to do it writes into a log. */
export class FakeClock implements Clock {
  lastStall: Stall | undefined;
  readonly #log: string[];
  readonly #alarms: FakeAlarm[] = [];
  #polls: ((now: Instant) => void)[] = [];
  #now: Instant = 0;

  constructor(log: string[] = []) {
    this.#log = log;
  }

  now(): Instant {
    return this.#now;
  }

  alarm(owner: AlarmOwner): Alarm {
    const alarm = new FakeAlarm(owner, this.#log);
    this.#alarms.push(alarm);
    return alarm;
  }

  afterPoll(callback: (now: Instant) => void): void {
    this.#polls.push(callback);
  }

  onStall(): () => void {
    return () => {};
  }

  /** How many alarms are set. */
  get alarmsSet(): number {
    return this.#alarms.filter(({ deadline }) => deadline < Number.POSITIVE_INFINITY).length;
  }

  /** Lets time pass without ringing: the process was busy elsewhere. */
  moveTo(instant: Instant): void {
    this.#now = instant;
  }

  /** Lets time pass: each alarm rings at its deadline, and a poll phase follows. */
  advanceTo(instant: Instant): void {
    for (let alarm = this.#firstDue(instant); alarm !== undefined; alarm = this.#firstDue(instant)) {
      this.#now = Math.max(this.#now, alarm.deadline);
      this.ring(alarm);
      this.poll();
    }
    this.#now = instant;
  }

  /** Rings all that is due now, without a poll phase. */
  ringDue(): void {
    for (const alarm of this.#alarms) if (alarm.deadline <= this.#now) this.ring(alarm);
  }

  /** Rings all that is set, due or not: the system has slept. */
  ringAll(): void {
    for (const alarm of this.#alarms) if (alarm.deadline < Number.POSITIVE_INFINITY) this.ring(alarm);
  }

  ring(alarm: FakeAlarm): void {
    alarm.deadline = Number.POSITIVE_INFINITY;
    alarm.owner.handleAlarm(this.#now);
  }

  /** A poll phase has passed. */
  poll(): void {
    for (const callback of this.#polls.splice(0)) callback(this.#now);
  }

  #firstDue(instant: Instant): FakeAlarm | undefined {
    const due = this.#alarms.filter(({ deadline }) => deadline <= instant);
    return due.sort((one, other) => one.deadline - other.deadline)[0];
  }
}

class FakeAlarm implements Alarm {
  readonly owner: AlarmOwner;
  deadline: Instant = Number.POSITIVE_INFINITY;
  readonly #log: string[];

  constructor(owner: AlarmOwner, log: string[]) {
    this.owner = owner;
    this.#log = log;
  }

  set(deadline: Instant): void {
    this.#log.push(`arm ${deadline}`);
    this.deadline = deadline;
  }

  clear(): void {
    this.#log.push('disarm');
    this.deadline = Number.POSITIVE_INFINITY;
  }
}
