/** The log of connections that did not become sessions: strangers write it, so it takes at most one line a second of each kind. */

import type { Clock, Logger } from '@systole/core';
import { FloodLog } from '@systole/core/internal';
import type { RejectedEvent } from './api.ts';

type Level = 'debug' | 'warn';

/**
 * See the head of the file. A kind is a cause and a code, of which there are a few dozen, however many strangers come; so a
 * flood of one kind hides nothing of another. A line tells the last of those that it stands for, and how many they are.
 */
export class RejectionLog {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #floods = new Map<string, FloodLog<RejectedEvent>>();

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock;
    this.#logger = logger;
  }

  add(event: RejectedEvent, level: Level): void {
    const { cause, evidence } = event;
    const kind = [level, cause, evidence.code].join(' ');
    const flood = this.#floods.get(kind) ?? this.#begin(kind, level);
    flood.add(event);
  }

  #begin(kind: string, level: Level): FloodLog<RejectedEvent> {
    const flood = new FloodLog<RejectedEvent>(this.#clock, (last, count) => {
      this.#logger[level]({ ...last, count }, 'connection rejected');
    });
    this.#floods.set(kind, flood);
    return flood;
  }

  /** Writes what is left. */
  finish(): void {
    for (const flood of this.#floods.values()) flood.finish();
  }
}
