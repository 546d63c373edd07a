/** A stream into which a fleet puts its PINGs: they are counted, not encoded, and written at once. */

import type { BeatStream } from '@systole/core/internal';

/** Of a PING with a number below 64. */
const PING_BYTES = 3;

/** See the head of the file. */
export class PingCounter implements BeatStream {
  readonly hasRoom = true;
  #pings = 0;

  get pings(): number {
    return this.#pings;
  }

  /** All of it is written. */
  get position(): number {
    return PING_BYTES * this.#pings;
  }

  put(): void {
    this.#pings += 1;
  }
}
