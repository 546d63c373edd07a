/** Which alarms are due, for any number of them: no timer here, and no clock. */

import type { Alarm, AlarmOwner, Instant } from '../words/clock.ts';
import { MinHeap } from './min-heap.ts';

/**
 * Deadlines are rounded up to a multiple of this many milliseconds, so that one timer serves all alarms of a tick. 10
 * ms adds nothing that anybody could notice to a verdict of seconds, and bounds a process to a hundred turns a second.
 */
const TICK_MS = 10;

/** Emptied ticks that the heap may keep, beyond as many as are in use, before it is built anew. */
const MAX_STALE_TICKS = 64;

// V8 keeps whole numbers of 32 bits where it keeps references, and gives others a box of their own: so these three are small.
/** Where an alarm hangs that is not set. */
const NOWHERE: number = -(2 ** 31);
/** Where an alarm hangs that was taken out, and has not rung yet. */
const TAKEN: number = NOWHERE + 1;
/** The bucket of all deadlines that are longer past than that: 8 months. */
const EARLIEST: number = TAKEN + 1;

/** The alarms that come up together, each at the place that it knows. */
type Bucket = WheelAlarm[];

/**
 * Alarms in buckets, one bucket a tick. Moving an alarm later leaves it in its bucket; it moves on when the bucket
 * comes up. So an alarm that is moved with every received chunk costs one visit for each time it would have rung.
 *
 * A visit is to memory that nobody has touched for seconds, and so costs what it touches. An alarm is one object of
 * whole numbers: it names its tick and its place there, so that no new object has to be remembered in an old one.
 */
export class AlarmWheel {
  readonly #buckets = new Map<number, Bucket>();
  readonly #ticks = new MinHeap();
  readonly #changed: () => void;
  #keepers = 0;
  /** A sum of no use, without which the engine would not fetch what is in it. */
  #seen = 0;

  /** `changed` is called after {@link nextAt} has come nearer, and after {@link keepsProcess} may have changed. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** When the wheel wants to be looked at next: no alarm is due earlier. Infinity if none is set. */
  get nextAt(): Instant {
    return (this.#firstTick() ?? Number.POSITIVE_INFINITY) * TICK_MS;
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
   * Takes out the alarms that are due. Each is to be rung unless it was cleared or set anew meanwhile, as the owner of one
   * that rang before may do: {@link WheelAlarm.isTaken} tells.
   */
  takeDue(now: Instant): readonly WheelAlarm[] {
    const due: WheelAlarm[] = [];
    for (let tick = this.#firstTick(); tick !== undefined && tick * TICK_MS <= now; tick = this.#firstTick()) {
      const bucket = this.#takeOut(tick);
      // Whether it was moved later is anybody's guess, and a processor that guesses wrong has waited for nothing: all are
      // fetched before the first is asked.
      for (const alarm of bucket) this.#seen += alarm.dueTick;
      for (const alarm of bucket) {
        if (alarm.dueTick > tick) this.#put(alarm, alarm.dueTick);
        else due.push(take(alarm));
      }
    }
    return due;
  }

  /** Takes out every alarm that is set, due or not; otherwise like {@link takeDue}. */
  takeAll(): readonly WheelAlarm[] {
    const all: WheelAlarm[] = [];
    for (let tick = this.#firstTick(); tick !== undefined; tick = this.#firstTick()) {
      for (const alarm of this.#takeOut(tick)) all.push(take(alarm));
    }
    return all;
  }

  /** For {@link WheelAlarm}: a deadline that was not there, or that its bucket would miss. */
  hang(alarm: WheelAlarm): void {
    if (alarm.tick === NOWHERE) this.#keepers += alarm.keepsProcess ? 1 : 0;
    else this.#takeOff(alarm);
    this.#put(alarm, alarm.dueTick);
    this.#changed();
  }

  /** For {@link WheelAlarm}: takes it off at once, so that no far-away bucket holds on to a dead connection. */
  unhang(alarm: WheelAlarm): void {
    this.#takeOff(alarm);
    alarm.tick = NOWHERE;
    if (!alarm.keepsProcess) return;
    this.#keepers -= 1;
    this.#changed();
  }

  #put(alarm: WheelAlarm, tick: number): void {
    let bucket = this.#buckets.get(tick);
    if (bucket === undefined) {
      bucket = [];
      this.#buckets.set(tick, bucket);
      this.#ticks.push(tick);
    }
    alarm.tick = tick;
    alarm.place = bucket.length;
    bucket.push(alarm);
  }

  /** The last one of its bucket takes its place. */
  #takeOff({ tick, place }: WheelAlarm): void {
    if (tick === TAKEN) return;
    const bucket = this.#buckets.get(tick) as Bucket;
    const last = bucket.pop() as WheelAlarm;
    if (place < bucket.length) {
      bucket[place] = last;
      last.place = place;
    }
    if (bucket.length > 0) return;
    this.#buckets.delete(tick);
    // The heap keeps the tick until it comes up. Far-away ticks that are emptied again and again must not pile up.
    if (this.#ticks.size > 2 * this.#buckets.size + MAX_STALE_TICKS) this.#ticks.replace(this.#buckets.keys());
  }

  #firstTick(): number | undefined {
    for (;;) {
      const tick = this.#ticks.min;
      if (tick === undefined || this.#buckets.has(tick)) return tick;
      this.#ticks.pop(); // emptied meanwhile
    }
  }

  #takeOut(first: number): Bucket {
    const bucket = this.#buckets.get(first) as Bucket;
    this.#ticks.pop();
    this.#buckets.delete(first);
    return bucket;
  }
}

/** An alarm of the {@link AlarmWheel}. The numbers are the wheel's. */
export class WheelAlarm implements Alarm {
  readonly owner: AlarmOwner;
  readonly keepsProcess: boolean;
  /** The tick of its deadline. Means something only while the alarm is set. */
  dueTick = 0;
  /** Where it hangs: at its tick or, after it was moved later, before it; or {@link NOWHERE}, or {@link TAKEN}. */
  tick: number = NOWHERE;
  /** Its place there. */
  place = 0;
  readonly #wheel: AlarmWheel;

  constructor(wheel: AlarmWheel, owner: AlarmOwner, keepsProcess: boolean) {
    this.#wheel = wheel;
    this.owner = owner;
    this.keepsProcess = keepsProcess;
  }

  /** Whether it was taken out of the wheel to be rung, and neither cleared nor set since. */
  get isTaken(): boolean {
    return this.tick === TAKEN;
  }

  /** @throws TypeError if the deadline is NaN. Infinity clears. */
  set(deadline: Instant): void {
    if (Number.isNaN(deadline)) throw new TypeError('deadline must be a number, got NaN');
    if (deadline === Number.POSITIVE_INFINITY) {
      this.clear();
      return;
    }
    this.dueTick = tickOf(deadline);
    if (this.tick < EARLIEST || this.dueTick < this.tick) this.#wheel.hang(this);
  }

  clear(): void {
    if (this.tick !== NOWHERE) this.#wheel.unhang(this);
  }
}

function take(alarm: WheelAlarm): WheelAlarm {
  alarm.tick = TAKEN;
  return alarm;
}

/** Rounded up, so that no alarm rings early. */
function tickOf(deadline: Instant): number {
  return Math.max(EARLIEST, Math.ceil(deadline / TICK_MS));
}
