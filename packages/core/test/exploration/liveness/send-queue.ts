/** The send queue of one end, in frames of one byte each: its connection's window may be closed, and then nothing leaves. */

import type { Frame, Plan } from './words.ts';

/** See the head of the file. Positions count from what the machine knows to be written. */
export class SendQueue {
  readonly plan: Plan;
  isStanding = false;
  standsLeft: number;
  frames: Frame[] = [];
  /** Where the stream ends that was put, and as far as it has left. */
  position = 0;
  written = 0;
  /** What has left since the last call of `takeLeft`. */
  left: Frame[] = [];

  constructor(plan: Plan) {
    this.plan = plan;
    this.standsLeft = plan.bounds.stands;
  }

  put(frame: Frame): void {
    // All PINGs that are read in one turn have one PONG, which leaves at the end of it.
    if (frame === 'pong' && this.frames.at(-1) === 'pong') return;
    if (this.plan.bounds.stands > 0) this.position += 1; // else all is written at once, and 0 stays 0
    if (this.isStanding) {
      this.frames.push(frame);
    } else {
      this.left.push(frame);
      this.written = this.position;
    }
  }

  stand(): void {
    this.isStanding = true;
    this.standsLeft -= 1;
  }

  /** One frame leaves. */
  move(): void {
    const [first] = this.frames.splice(0, 1);
    if (first !== undefined) this.left.push(first);
    this.written += 1;
    this.isStanding = this.frames.length > 0;
  }

  takeLeft(): Frame[] {
    const { left } = this;
    this.left = [];
    return left;
  }
}
