/** Letters that the two ends of lawful sessions send each other at a steady rate, numbered, so that none can be lost or come twice. */

import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Session } from '@systole/core';

/** A message of a lawful session. */
interface Letter {
  readonly letter: number;
}

/** Of all sessions of an end, since it was started. */
export interface Letters {
  readonly sent: number;
  /** Whose results came, and were right. */
  readonly acknowledged: number;
  /** That the peer has sent, and that were handled. */
  readonly handled: number;
  /** What was wrong, by what it was: how often. */
  readonly flaws: Readonly<Record<string, number>>;
}

/** See the head of the file. */
export class Correspondence {
  readonly #everyMs: number;
  readonly #random: () => number;
  readonly #resting = new AbortController();
  readonly #loops: Promise<void>[] = [];
  readonly #lastHandled = new WeakMap<Session, number>();
  readonly #flaws: Record<string, number> = {};
  #roundTripsMs: number[] = [];
  #sent = 0;
  #acknowledged = 0;
  #handled = 0;

  constructor(everyMs: number, random: () => number) {
    this.#everyMs = everyMs;
    this.#random = random;
    setMaxListeners(0, this.#resting.signal); // each wait of each session is one
  }

  /** Sends on this session from now on, the first letter at any time within one period. */
  serve(session: Session): void {
    this.#loops.push(this.#write(session).catch(() => {}));
  }

  async #write(session: Session): Promise<void> {
    const { signal } = this.#resting;
    await sleep(this.#everyMs * this.#random(), undefined, { signal });
    for (let letter = 1; !signal.aborted; letter += 1) {
      const startedAt = performance.now();
      await this.#send(session, letter);
      const took = performance.now() - startedAt;
      this.#roundTripsMs.push(took);
      await sleep(Math.max(0, this.#everyMs - took), undefined, { signal });
    }
  }

  async #send(session: Session, letter: number): Promise<void> {
    this.#sent += 1;
    try {
      const receipt = (await session.send({ letter } satisfies Letter)) as Partial<Letter> | undefined;
      if (receipt?.letter === letter) this.#acknowledged += 1;
      else this.#note('a result belongs to another letter');
    } catch (error) {
      this.#note(`not acknowledged: ${(error as NodeJS.ErrnoException).code}`);
      throw error;
    }
  }

  /** Handles a letter of the peer's: its result is its number. */
  handle(message: unknown, session: Session): Letter {
    const { letter } = message as Letter;
    const due = (this.#lastHandled.get(session) ?? 0) + 1;
    if (letter !== due) this.#note(letter < due ? 'a letter came twice' : 'a letter is missing');
    this.#lastHandled.set(session, letter);
    this.#handled += 1;
    return { letter };
  }

  #note(flaw: string): void {
    this.#flaws[flaw] = (this.#flaws[flaw] ?? 0) + 1;
  }

  /** Sends no more, and resolves when every result is here. */
  async rest(): Promise<void> {
    this.#resting.abort();
    await Promise.all(this.#loops);
  }

  get letters(): Letters {
    const [sent, acknowledged, handled, flaws] = [this.#sent, this.#acknowledged, this.#handled, this.#flaws];
    return { sent, acknowledged, handled, flaws };
  }

  /** The round trips since the last call, in milliseconds. */
  takeRoundTrips(): readonly number[] {
    const taken = this.#roundTripsMs;
    this.#roundTripsMs = [];
    return taken;
  }
}
