/** How many connections each address has: those in the handshake, and those of sessions. */

import type { AddressKey } from './peer-address.ts';

/** Those of one address. */
interface Tally {
  readonly key: AddressKey;
  arrivals: number;
  sessions: number;
}

/** See the head of the file. An address without connections takes no memory. */
export class Headcount {
  readonly #tallies = new Map<AddressKey, Tally>();

  /** How many addresses have connections. */
  get size(): number {
    return this.#tallies.size;
  }

  /** How many connections of an address are in the handshake. */
  arrivals(key: AddressKey): number {
    return this.#tallies.get(key)?.arrivals ?? 0;
  }

  /** A connection has come, and is in the handshake. */
  enter(key: AddressKey): Seat {
    const tally = this.#tallies.get(key) ?? { key, arrivals: 0, sessions: 0 };
    this.#tallies.set(key, tally);
    return new Seat(this.#tallies, tally);
  }
}

/** One connection as it counts for its address, until it leaves. */
export class Seat {
  readonly #tallies: Map<AddressKey, Tally>;
  readonly #tally: Tally;
  #state: 'arrivals' | 'sessions' | 'left' = 'arrivals';

  /** Only {@link Headcount.enter} makes them. */
  constructor(tallies: Map<AddressKey, Tally>, tally: Tally) {
    this.#tallies = tallies;
    this.#tally = tally;
    tally.arrivals += 1;
  }

  /** Connections of the same address, this one included. */
  get neighbours(): number {
    return this.#tally.arrivals + this.#tally.sessions;
  }

  /** Whether both are of one address. */
  isBeside(other: Seat | undefined): boolean {
    return other !== undefined && this.#tally === other.#tally;
  }

  /** Its handshake is over: a session has it. */
  settle(): void {
    if (this.#state !== 'arrivals') return;
    this.#state = 'sessions';
    this.#tally.arrivals -= 1;
    this.#tally.sessions += 1;
  }

  /** The connection is gone. Once: what is told again counts no more. */
  leave(): void {
    if (this.#state === 'left') return;
    this.#tally[this.#state] -= 1;
    this.#state = 'left';
    if (this.neighbours === 0) this.#tallies.delete(this.#tally.key);
  }
}
