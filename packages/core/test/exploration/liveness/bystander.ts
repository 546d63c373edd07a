/** Who stands beside one end, knows its true history, and holds it to its promises. */

import { must } from '../words.ts';
import type { Plan } from './words.ts';

/** See the head of the file. Durations in units. */
export class Bystander {
  readonly plan: Plan;
  /** Since a frame was read: how long the process ran, and how long it did not. */
  ran = 0;
  lost = 0;
  /** Whether no frame was read yet. */
  isFirst = true;
  /** Whether the queue stood since a frame was read. */
  hasStood = false;
  probes = 0;
  told: 'alive' | 'suspect' = 'alive';
  /** Since the goodbye began. */
  goodbyeFor: number | undefined;

  constructor(plan: Plan) {
    this.plan = plan;
  }

  handleRead(isStanding: boolean): void {
    this.ran = 0;
    this.lost = 0;
    this.probes = 0;
    this.isFirst = false;
    this.hasStood = isStanding;
  }

  handleGoodbye(): void {
    this.goodbyeFor ??= 0;
  }

  /** `waits`: another PING is still unwritten. */
  handlePing(waits: boolean): void {
    const most = 2 * this.plan.bounds.probes;
    this.probes += 1;
    must(!waits, () => 'two PINGs wait unwritten');
    must(this.probes <= most, () => `a silence has more than ${most} PINGs`);
  }

  handleSuspect(isPolling: boolean): void {
    const least = this.idle + this.plan.bounds.interval;
    must(isPolling, () => 'suspicion comes before the poll phase');
    must(this.told === 'alive', () => `suspect is told after ${this.told}`);
    must(this.ran + this.lost >= least, () => `suspicion comes after less than ${least} units`);
    this.told = 'suspect';
  }

  handleAlive(): void {
    must(this.told === 'suspect', () => `alive is told after ${this.told}`);
    this.told = 'alive';
  }

  handleDead(isPolling: boolean): void {
    const { interval, probes } = this.plan.bounds;
    const least = this.idle + interval * probes;
    must(isPolling, () => 'the verdict comes before the poll phase');
    must(this.told === 'suspect', () => `dead is told after ${this.told}`);
    must(this.ran + this.lost >= least, () => `the verdict comes after less than ${least} units`);
  }

  /** A unit has passed over an end that had done all it had to do. */
  handlePassed(isStalled: boolean): void {
    if (this.goodbyeFor !== undefined) this.goodbyeFor += 1;
    if (isStalled) {
      this.lost += 1;
      return;
    }
    this.ran += 1;
    const { idle, interval, probes, writeTimeout, closeTimeout, stall } = this.plan.bounds;
    const window = interval * probes;
    const plain = this.hasStood ? Math.max(idle + window, writeTimeout) : idle + window;
    const most = this.lost > 0 ? plain + window : plain;
    must(this.ran <= most, () => `a silent peer is not dead after ${most} units`);
    must((this.goodbyeFor ?? 0) <= closeTimeout + stall, () => 'a goodbye does not end');
  }

  /** The shortest that may have been. */
  private get idle(): number {
    return this.isFirst ? 1 : this.plan.bounds.idle;
  }
}
