/** The clock of the watch on the peer's application: one alarm, set only while work is owed, and the poll phase before a report. */

import type { Standstill, Work } from '../machines/app-watch.ts';
import { AppWatch } from '../machines/app-watch.ts';
import type { Alarm, AlarmOwner, Clock, Instant } from '../words/clock.ts';

/** Whom an {@link AppAlarm} works for. */
export interface AppAlarmHost {
  /** Sends a PING, as soon as the peer accepts one. */
  askPeer(): void;
  /** The peer's loop turns, and its application has stood still for the timeout. Told once for each standstill. */
  handleStandstill(standstill: Standstill): void;
}

/** See the head of the file. */
export class AppAlarm implements AlarmOwner {
  readonly #clock: Clock;
  readonly #host: AppAlarmHost;
  readonly #watch: AppWatch;
  readonly #alarm: Alarm;
  /** What the alarm is set to: never later than what the watch waits for. */
  #setFor: Instant = Number.POSITIVE_INFINITY;

  constructor(clock: Clock, timeoutMs: number, host: AppAlarmHost) {
    this.#clock = clock;
    this.#host = host;
    this.#watch = new AppWatch(timeoutMs);
    this.#alarm = clock.alarm(this);
  }

  /** Something may have been sent, or answered. */
  handleWork(work: Work): void {
    this.#watch.handleWork(work, this.#clock.now());
    this.#drain();
  }

  /** The newest PING was answered. */
  handlePong(): void {
    this.#watch.handlePong();
    this.#drain();
  }

  handleAlarm(now: Instant): void {
    this.#setFor = Number.POSITIVE_INFINITY;
    this.#watch.handleTimeout(now, this.#clock.lastStall);
    this.#drain();
  }

  /** The connection is gone. */
  handleLost(): void {
    this.#watch.handleLost();
    this.#alarm.clear();
    this.#setFor = Number.POSITIVE_INFINITY;
  }

  #handlePolled(now: Instant): void {
    this.#watch.handlePolled(now);
    this.#drain();
  }

  #drain(): void {
    for (;;) {
      const output = this.#watch.poll();
      switch (output.type) {
        case 'ask':
          this.#host.askPeer();
          break;
        case 'confirm':
          this.#clock.afterPoll((now) => this.#handlePolled(now));
          break;
        case 'stalled':
          this.#host.handleStandstill(output.standstill);
          break;
        case 'wait':
          return this.#waitUntil(output.until);
      }
    }
  }

  /** An alarm that is too early is left alone: it rings once, and finds that there is time. */
  #waitUntil(until: Instant = Number.POSITIVE_INFINITY): void {
    if (until >= this.#setFor) return;
    this.#setFor = until;
    this.#alarm.set(until);
  }
}
