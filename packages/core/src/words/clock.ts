/** Time as a seam: what the rules may know of clocks and timers. Implemented in `node/`, and by hand in tests. */

/** A point in time: milliseconds on a monotonic clock. Only differences mean anything. */
export type Instant = number;

/**
 * A time in which our own process did not run, measured as the lateness of a timer (L5).
 *
 * - `blocked`: the event loop was busy, or the process was stopped.
 * - `slept`: the wall clock has run ahead of the monotonic one: the whole system slept.
 */
export interface Stall {
  /** Whether the process was kept from running, or the whole system slept. */
  readonly kind: 'blocked' | 'slept';
  /** When the process was found to run again. */
  readonly endedAt: Instant;
  /** How late the timer was that found it, in milliseconds. */
  readonly durationMs: number;
}

/** Lateness below this is ordinary scheduling, never a stall: Node's own timers are a few milliseconds late under load. */
export const MIN_STALL_MS = 100;

/** Whoever has an alarm. One object a connection, instead of one closure a timer. */
export interface AlarmOwner {
  /**
   * Called at the deadline or a little later; and early once, when the system is found to have slept. The alarm is not set any
   * more: an owner that finds it early sets it again.
   */
  handleAlarm(now: Instant): void;
  /**
   * Looks at what {@link handleAlarm} will look at first, and changes nothing. Of many that ring in one turn, some are asked
   * before the first of them rings: what they need of a memory that nobody has touched for seconds is then fetched side by side,
   * and not one after the other. Any number does; who does not ring in crowds leaves this out.
   */
  lookAhead?(): number;
}

/** One re-armable deadline. */
export interface Alarm {
  /** Replaces the deadline. Moving it later costs one stored number. */
  set(deadline: Instant): void;
  /** Forgets the deadline; the alarm can be set again. */
  clear(): void;
}

/** Options of {@link Clock.alarm}. */
export interface AlarmOptions {
  /** Whether a set alarm keeps the process alive. Heartbeats do not (L12), a client that waits to reconnect does. Default: false. */
  readonly keepsProcess?: boolean;
}

/** The clock and scheduler that all sessions of a process share. */
export interface Clock {
  /** The monotonic time. */
  now(): Instant;
  /** Makes an alarm, not yet set. */
  alarm(owner: AlarmOwner, options?: AlarmOptions): Alarm;
  /**
   * Calls back after one poll phase has passed: by then every socket on which something had arrived when this was called, be
   * it bytes, FIN or RST, has told of it. Verdicts wait for it (L5).
   */
  afterPoll(callback: (now: Instant) => void): void;
  /** The newest stall of this process, if there was one. */
  readonly lastStall: Stall | undefined;
  /** Hears each stall once, after the alarms that it delayed. Returns the function that stops listening. */
  onStall(listener: (stall: Stall) => void): () => void;
}
