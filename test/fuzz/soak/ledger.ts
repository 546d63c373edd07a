/** How connections of a server have ended, by who was at their other end. */

import type { Cause, Session } from '@systole/core';
import type { RejectedEvent } from '@systole/server';
import { ATTACKS } from './attacks/all.ts';
import { attackOf, LAWFUL_HOST } from './plan.ts';

/** For everybody: how often which end, such as `rejected maxHandshakes`. */
export type Ends = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** How the server writes the address of whoever was gone before it asked for it. */
export const GONE = 'unknown';

export const LAWFUL = 'lawful';

/** See the head of the file. */
export class Ledger {
  readonly #ends: Record<string, Record<string, number>> = {};

  get ends(): Ends {
    return this.#ends;
  }

  /** Writes down how the connections of this session end. */
  follow(session: Session): void {
    session.on('disconnect', ({ cause, evidence }) => this.#note(session.address ?? '', cause, evidence.code));
  }

  addRejected({ address, cause, evidence }: RejectedEvent): void {
    this.#note(address, cause, evidence.code);
  }

  #note(address: string, cause: Cause, code: string | undefined): void {
    const who = whoIs(address);
    const end = code === undefined ? cause : `${cause} ${code}`;
    const ends = this.#ends[who] ?? {};
    this.#ends[who] = ends;
    ends[end] = (ends[end] ?? 0) + 1;
  }
}

/** The name of the attack, `lawful`, `unknown`, or the address of somebody who is none of ours. */
function whoIs(address: string): string {
  if (address === 'unknown') return GONE;
  if (address.startsWith(`${LAWFUL_HOST}:`)) return LAWFUL;
  return ATTACKS[attackOf(address) ?? -1]?.name ?? address;
}
