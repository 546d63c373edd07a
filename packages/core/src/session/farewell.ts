/** The goodbye of one connection: who began it, what its end will be called, and how long it may take. */

import type { Instant } from '../words/clock.ts';
import type { CloseFrame } from '../words/frame.ts';
import type { NamedEnd } from './ending.ts';
import { endOfClose } from './ending.ts';

/** See the head of the file. The first goodbye, ours or the peer's, names the end. */
export class Farewell {
  #end: NamedEnd | undefined;
  #deadline: Instant = Number.POSITIVE_INFINITY;
  #frame: CloseFrame | undefined;
  #finSent = false;

  /** The peer's CLOSE, if one came. */
  get frame(): CloseFrame | undefined {
    return this.#frame;
  }

  /** By then it must be finished; infinite before it has begun. */
  get deadline(): Instant {
    return this.#deadline;
  }

  /** Whether our FIN is out, so that the peer's is the end of the connection's end, and not of its life. */
  get isFinSent(): boolean {
    return this.#finSent;
  }

  /** What the end is called that comes now without words of its own. */
  get end(): NamedEnd {
    return this.#end ?? { cause: 'closed-locally' };
  }

  /** Ours has begun, and may take until `deadline`. If one is under way, this can only cut it short. */
  begin(deadline: Instant): void {
    this.#begin({ cause: 'closed-locally' }, deadline);
    this.#deadline = Math.min(this.#deadline, deadline);
  }

  /** The peer has begun, or has answered. */
  handleClose(frame: CloseFrame, deadline: Instant): void {
    this.#frame ??= frame;
    this.#begin(endOfClose(frame), deadline);
  }

  /** Our CLOSE has left; if nobody has begun before, it has until `deadline`. */
  handleSaid(deadline: Instant): void {
    this.#begin({ cause: 'closed-locally' }, deadline);
  }

  handleFinSent(): void {
    this.#finSent = true;
  }

  #begin(end: NamedEnd, deadline: Instant): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    this.#deadline = deadline;
  }
}
