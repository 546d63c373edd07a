/** Which alarms are due, for any number of them: no timer here, and no clock. */

import type { Alarm, AlarmOwner, Instant } from '../words/clock.ts';
import { MinHeap } from './min-heap.ts';

/**
 * Deadlines are rounded up to a multiple of this many milliseconds, so that one timer serves all alarms of a tick. 10
 * ms adds nothing that anybody could notice to a verdict of seconds, and bounds a process to a hundred turns a second.
 */
export const TICK_MS = 10;

/** Emptied ticks that the heap may keep, beyond as many as are in use, before it is built anew. */
const MAX_STALE_TICKS = 64;

/** The alarms that come up together. */
class Bucket {
  readonly tick: number;
  readonly alarms: Set<WheelAlarm> = new Set();

  constructor(tick: number) {
    this.tick = tick;
  }

  get dueAt(): Instant {
    return this.tick * TICK_MS;
  }
}

/**
 * Alarms in buckets, one bucket a tick. Moving an alarm later leaves it in its bucket; it moves on when the bucket
 * comes up. So an alarm that is moved with every received chunk costs one visit for each time it would have rung.
 */
export class AlarmWheel {
  readonly #buckets = new Map<number, Bucket>();
  readonly #ticks = new MinHeap();
  readonly #changed: () => void;
  #keepers = 0;

  /** `changed` is called after {@link nextAt} has come nearer, and after {@link keepsProcess} may have changed. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** When the wheel wants to be looked at next: no alarm is due earlier. Infinity if none is set. */
  get nextAt(): Instant {
    return this.#first()?.dueAt ?? Number.POSITIVE_INFINITY;
  }

  /** Whether an alarm is set that keeps the process alive. */
  get keepsProcess(): boolean {
    return this.#keepers > 0;
  }

  /** Makes an alarm, not yet set. */
  alarm(owner: AlarmOwner, keepsProcess: boolean): Alarm {
    return new WheelAlarm(this, owner, keepsProcess);
  }

  /**
   * Takes out the alarms that are due. They stay in the set until each is cleared or set anew, whether by who rings
   * them or by the owner of one that rang before.
   */
  takeDue(now: Instant): ReadonlySet<WheelAlarm> {
    const due = new Bucket(Number.POSITIVE_INFINITY); // later than any deadline: whoever is set anew moves out of it
    for (let bucket = this.#first(); bucket !== undefined && bucket.dueAt <= now; bucket = this.#first()) {
      this.#discard(bucket);
      for (const alarm of bucket.alarms) {
        const tick = tickOf(alarm.deadline);
        this.#put(alarm, tick > bucket.tick ? this.#bucketAt(tick) : due);
      }
    }
    return due.alarms;
  }

  /** Takes out every alarm that is set, due or not; otherwise like {@link takeDue}. */
  takeAll(): ReadonlySet<WheelAlarm> {
    const all = new Bucket(Number.POSITIVE_INFINITY);
    for (let bucket = this.#first(); bucket !== undefined; bucket = this.#first()) {
      this.#discard(bucket);
      for (const alarm of bucket.alarms) this.#put(alarm, all);
    }
    return all.alarms;
  }

  /** For {@link WheelAlarm}: a deadline that was not there, or that its bucket would miss. */
  hang(alarm: WheelAlarm, tick: number): void {
    if (alarm.bucket === undefined) this.#keepers += alarm.keepsProcess ? 1 : 0;
    else this.#takeOff(alarm, alarm.bucket);
    this.#put(alarm, this.#bucketAt(tick));
    this.#changed();
  }

  /** For {@link WheelAlarm}: takes it off at once, so that no far-away bucket holds on to a dead connection. */
  unhang(alarm: WheelAlarm, bucket: Bucket): void {
    this.#takeOff(alarm, bucket);
    alarm.bucket = undefined;
    if (!alarm.keepsProcess) return;
    this.#keepers -= 1;
    this.#changed();
  }

  #put(alarm: WheelAlarm, bucket: Bucket): void {
    bucket.alarms.add(alarm);
    alarm.bucket = bucket;
  }

  #takeOff(alarm: WheelAlarm, bucket: Bucket): void {
    bucket.alarms.delete(alarm);
    if (bucket.alarms.size > 0 || this.#buckets.get(bucket.tick) !== bucket) return;
    this.#buckets.delete(bucket.tick);
    // The heap keeps the tick until it comes up. Far-away ticks that are emptied again and again must not pile up.
    if (this.#ticks.size > 2 * this.#buckets.size + MAX_STALE_TICKS) this.#ticks.replace(this.#buckets.keys());
  }

  #bucketAt(tick: number): Bucket {
    let bucket = this.#buckets.get(tick);
    if (bucket === undefined) {
      bucket = new Bucket(tick);
      this.#buckets.set(tick, bucket);
      this.#ticks.push(tick);
    }
    return bucket;
  }

  #first(): Bucket | undefined {
    for (;;) {
      const tick = this.#ticks.min;
      if (tick === undefined) return undefined;
      const bucket = this.#buckets.get(tick);
      if (bucket !== undefined) return bucket;
      this.#ticks.pop(); // emptied meanwhile
    }
  }

  #discard(first: Bucket): void {
    this.#ticks.pop();
    this.#buckets.delete(first.tick);
  }
}

/** An alarm of the {@link AlarmWheel}. */
export class WheelAlarm implements Alarm {
  readonly owner: AlarmOwner;
  readonly keepsProcess: boolean;
  /** Means something only while {@link bucket} is there. */
  deadline: Instant = Number.POSITIVE_INFINITY;
  /** Where it hangs: at its tick or, after it was moved later, before it. Undefined while it is not set. */
  bucket: Bucket | undefined;
  readonly #wheel: AlarmWheel;

  constructor(wheel: AlarmWheel, owner: AlarmOwner, keepsProcess: boolean) {
    this.#wheel = wheel;
    this.owner = owner;
    this.keepsProcess = keepsProcess;
  }

  /** @throws TypeError if the deadline is NaN. Infinity clears. */
  set(deadline: Instant): void {
    if (Number.isNaN(deadline)) throw new TypeError('deadline must be a number, got NaN');
    if (deadline === Number.POSITIVE_INFINITY) {
      this.clear();
      return;
    }
    this.deadline = deadline;
    const tick = tickOf(deadline);
    if (this.bucket === undefined || tick < this.bucket.tick) this.#wheel.hang(this, tick);
  }

  clear(): void {
    if (this.bucket !== undefined) this.#wheel.unhang(this, this.bucket);
  }
}

/** Rounded up, so that no alarm rings early. */
function tickOf(deadline: Instant): number {
  return Math.ceil(deadline / TICK_MS);
}
