/** What an application is told of the end of its connection, and when. */

import type { Evidence } from '@systole/core';
import type { Gap } from '../../support/lost-time.ts';
import { LostTime } from '../../support/lost-time.ts';
import { sharedNow } from '../../support/program.ts';
import type { Link } from './links.ts';

export interface Sighting extends Pick<Link, 'watcher' | 'load'> {
  /** Of Systole its cause; of a plain socket `end` for FIN, or the code of its error. `connect` if an attempt succeeds. */
  readonly what: string;
  /** On the clock that both ends and the laboratory share. */
  readonly at: number;
  /** Of Systole. */
  readonly evidence?: Evidence;
  /** The times until then in which the program wanted to run, and the machine was busy with others. */
  readonly lost: readonly Gap[];
}

/** All that the connections of one end have been told. */
export class Sightings {
  readonly #first: Sighting[] = [];
  readonly #lostTime = new LostTime();

  /** The first news of a connection is what counts: `close` after `end` tells nothing new. */
  note(link: Link, what: string, evidence?: Evidence): void {
    const { watcher, load } = link;
    if (this.#first.some((sighting) => sighting.watcher === watcher && sighting.load === load)) return;
    this.#first.push({
      watcher,
      load,
      what,
      at: sharedNow(),
      ...(evidence && { evidence }),
      lost: [...this.#lostTime.gaps],
    });
  }

  get all(): readonly Sighting[] {
    return this.#first;
  }
}
