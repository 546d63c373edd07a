/** A relay between the two hosts, as scenarios order it about: see `relay.ts`. */

import type { Condition, Toward } from '@systole/testing/proxy';
import { Program } from '../../support/program.ts';
import type { Direction } from './direction.ts';
import { interceptLinks } from './interception.ts';
import { inside } from './namespaces.ts';
import type { FromRelay, RelayConfig, ToRelay } from './relay.ts';

const TOWARD: Readonly<Record<Direction, Toward>> = {
  'both ways': 'both',
  'to near': 'toClient',
  'to far': 'toServer',
};

/** Everything it is told has happened when the promise resolves. It ends with its router. */
export class Relay {
  readonly #program: Program<FromRelay, ToRelay>;

  private constructor(program: Program<FromRelay, ToRelay>) {
    this.#program = program;
  }

  /** On the router, for connections that are made from now on. */
  static async start(router: string, farAddress: string): Promise<Relay> {
    const url = new URL('../../dist/faults/lab/relay.js', import.meta.url);
    const config: RelayConfig = { farAddress };
    const relay = new Relay(new Program(url, config, inside(router)));
    await relay.#program.next('listening');
    await interceptLinks(router);
    return relay;
  }

  /** What the path is like from now on. */
  async set(condition: Condition, direction: Direction = 'both ways'): Promise<void> {
    await this.#order({ type: 'set', condition, toward: TOWARD[direction] });
  }

  /** Says FIN to the end in this direction, and goes on to take what it sends. */
  async halfClose(direction: Direction): Promise<void> {
    await this.#order({ type: 'fin', toward: TOWARD[direction] });
  }

  async #order(order: ToRelay): Promise<void> {
    this.#program.send(order);
    await this.#program.next('done');
  }
}
