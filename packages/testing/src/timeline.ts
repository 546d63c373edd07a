/** The seam between the world, the processes that live in it and the wires between them. */

import type { Instant } from '@systole/core';

/** The one time of a simulated world: that of an observer whom nothing can stop. */
export interface Timeline {
  /** The time of the world. */
  readonly now: Instant;
  /** Calls back at that instant, before any process runs in it. Returns the function that calls it off. */
  callAt(instant: Instant, callback: () => void): () => void;
  /** Takes a process in. Returns what the process calls whenever its {@link Process.nextAt} has changed. */
  join(process: Process): () => void;
  /**
   * Calls back. What it throws is kept, and thrown where the time is advanced, after all whose turn it is were called.
   */
  attempt(callback: () => void): void;
}

/** A process, as the world sees it. */
export interface Process {
  /** The instant of the timeline at which it has something to do and runs; Infinity if never. */
  nextAt(): Instant;
  /** Goes once through its event loop: timers, poll, check. */
  runOnce(): void;
}
