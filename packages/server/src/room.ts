/** Whether there is room for another connection: in all, and for its address. */

import type { Seat } from './headcount.ts';
import { Headcount } from './headcount.ts';
import type { ServerLimits } from './options.ts';
import type { PeerAddress } from './peer-address.ts';
import { addressKey } from './peer-address.ts';

/** A limit that leaves no room. */
export interface Excess {
  readonly limit: keyof ServerLimits;
  readonly reason: string;
}

/** See the head of the file. Unix sockets have no address, and no limit but those in all. */
export class Room {
  readonly #limits: ServerLimits;
  readonly #headcount = new Headcount();

  constructor(limits: ServerLimits) {
    this.#limits = limits;
  }

  /** What is against an arrival beside so many others, and so many calls of `authenticate` for such as have gone. */
  findFlood(arrivals: number, abandoned: number): Excess | undefined {
    const { maxHandshakes } = this.#limits;
    if (arrivals + abandoned < maxHandshakes) return undefined;
    const also = abandoned === 0 ? '' : `, ${abandoned} of them gone before authenticate has answered`;
    return { limit: 'maxHandshakes', reason: `${maxHandshakes} connections are in the handshake already${also}` };
  }

  /** What is against an arrival from there. */
  findCrowd(peer: PeerAddress): Excess | undefined {
    const { maxHandshakesPerAddress } = this.#limits;
    const key = addressKey(peer);
    if (key === undefined || this.#headcount.arrivals(key) < maxHandshakesPerAddress) return undefined;
    const reason = `${maxHandshakesPerAddress} connections of ${key} are in the handshake already`;
    return { limit: 'maxHandshakesPerAddress', reason };
  }

  /** What is against a session for an arrival that is one of so many connections, and has this seat. */
  findFull(connections: number, seat: Seat | undefined): Excess | undefined {
    const { maxConnections, maxConnectionsPerAddress } = this.#limits;
    if (connections > maxConnections) {
      return {
        limit: 'maxConnections',
        reason: `the server has all of the ${maxConnections} connections that it may have`,
      };
    }
    if (seat === undefined || seat.neighbours <= maxConnectionsPerAddress) return undefined;
    const reason = `the server has all of the ${maxConnectionsPerAddress} connections that it may have with one address`;
    return { limit: 'maxConnectionsPerAddress', reason };
  }

  /** For an arrival from there. */
  take(peer: PeerAddress): Seat | undefined {
    const key = addressKey(peer);
    return key === undefined ? undefined : this.#headcount.enter(key);
  }
}
