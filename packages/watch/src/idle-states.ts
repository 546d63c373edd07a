/** For how long nothing has come, left, or either: the three states of Netty's IdleStateHandler. */

import type { Instant } from '@systole/core';

/** Which of them. */
type IdleOf = 'reader' | 'writer' | 'both';

/** After how many milliseconds each is told; undefined for never. */
export type IdlePeriods = Readonly<Record<IdleOf, number | undefined>>;

/** One that is due. */
export interface Idleness {
  readonly of: IdleOf;
  readonly silenceMs: number;
  readonly first: boolean;
}

/** One of the three. */
interface State {
  readonly of: IdleOf;
  readonly periodMs: number;
  movedAt: Instant;
  dueAt: Instant;
  first: boolean;
}

/** No I/O, no timers: time and activity come in, and what is due goes out. */
export class IdleStates {
  readonly #states: readonly State[];

  constructor(periods: IdlePeriods, now: Instant) {
    this.#states = (['reader', 'writer', 'both'] as const).flatMap((of) => {
      const periodMs = periods[of];
      return periodMs === undefined ? [] : [{ of, periodMs, movedAt: now, dueAt: now + periodMs, first: true }];
    });
  }

  /** When the next will be due; Infinity if none is wanted. */
  get dueAt(): Instant {
    return Math.min(...this.#states.map((state) => state.dueAt));
  }

  /** The shortest of the periods; Infinity if none is wanted. */
  get shortestMs(): number {
    return Math.min(...this.#states.map(({ periodMs }) => periodMs));
  }

  /** Bytes have come, or left. */
  handleActivity(direction: 'reader' | 'writer', now: Instant): void {
    for (const state of this.#states) {
      if (state.of !== direction && state.of !== 'both') continue;
      state.movedAt = now;
      state.dueAt = now + state.periodMs;
      state.first = true;
    }
  }

  /** What is due; each again after its period. */
  take(now: Instant): Idleness[] {
    return this.#states
      .filter(({ dueAt }) => now >= dueAt)
      .map((state) => {
        const { of, movedAt, first } = state;
        state.dueAt = now + state.periodMs;
        state.first = false;
        return { of, silenceMs: now - movedAt, first };
      });
  }
}
