/** The naive detector: a timer that each heartbeat sets anew. What most programs have. */

import type { Instant } from '@systole/core';
import type { Detector } from './heartbeats.ts';

/** See the head of the file. */
export class FixedDeadline implements Detector {
  readonly #deadlineMs: number;

  constructor(deadlineMs: number) {
    this.#deadlineMs = deadlineMs;
  }

  handleHeartbeat(now: Instant): Instant {
    return now + this.#deadlineMs;
  }
}
