/** Virtual time for one process: all that most tests need. */

import type { Instant } from '@systole/core';
import { SimulatedClock } from './simulated-clock.ts';
import { SimulatedWorld } from './simulated-world.ts';

/**
 * A clock that stands still until the test advances it. It is exact: an alarm set for 1000 rings at 1000.
 *
 * Behind it is a {@link SimulatedWorld} with this one process; make the world yourself where two processes must be able
 * to stall apart from each other.
 */
export class ManualClock extends SimulatedClock {
  readonly #world: SimulatedWorld;

  /** `start` is the first instant, in milliseconds. Default: 0, so that instants read as time passed. */
  constructor(start: Instant = 0) {
    const world = new SimulatedWorld(start);
    super(world);
    this.#world = world;
  }

  /** The instant of the next event; undefined if nothing will ever happen. */
  get nextAt(): Instant | undefined {
    const next = this.#world.nextAt;
    return next === undefined ? undefined : next - (this.#world.now - this.now());
  }

  /**
   * Lets so many milliseconds pass, event by event. What a callback throws is thrown here, after everyone else has been
   * called whose turn it was; time then stands at that instant, and may be advanced again.
   */
  advance(ms: number): void {
    this.#world.advance(ms);
  }

  /** Like {@link advance}, and lets promises settle before, between and after the instants. */
  async advanceAsync(ms: number): Promise<void> {
    await this.#world.advanceAsync(ms);
  }

  /** Lets promises settle while no time passes. */
  async settle(): Promise<void> {
    await this.#world.settle();
  }

  /** Our process does not run for so many milliseconds, which have passed when this returns, and then has its turn. */
  override stall(ms: number): void {
    super.stall(ms);
    this.#world.advance(ms);
  }

  /** The system sleeps for so many milliseconds, by the clock on the wall, and has woken up when this returns. */
  override sleep(ms: number): void {
    super.sleep(ms);
    this.#world.advance(ms);
  }
}
