/** Two ends and what travels between them: four numbers are one state of the world. */

import { Channels, NO_FRAMES } from './channels.ts';
import { textOf } from './copy.ts';
import type { Step } from './ends.ts';
import { Ends } from './ends.ts';
import type { Explorable, State, Transition } from './explorable.ts';
import { findBreach, findWaiting } from './invariants.ts';
import { Numbers } from './numbers.ts';
import type { Machines } from './opened.ts';
import type { Bounds, Travelling } from './words.ts';

const CLIENT = 0;
const SERVER = 1;
type Side = typeof CLIENT | typeof SERVER;

/** See the head of the file. */
export class World implements Explorable {
  readonly #frames = new Numbers<Travelling>((frame) => frame.type + textOf(frame));
  readonly #channels = new Channels();
  readonly #ends: readonly [Ends, Ends];
  readonly first: State;

  constructor(machines: Machines, bounds: Bounds) {
    const client = new Ends({ role: 'client', machines, bounds }, this.#frames, this.#channels);
    const server = new Ends({ role: 'server', machines, bounds }, this.#frames, this.#channels);
    this.#ends = [client, server];
    this.first = [client.first, server.first, NO_FRAMES, NO_FRAMES];
  }

  /** All that can happen in a state. */
  transitions(state: State): Transition[] {
    const all: Transition[] = [];
    this.#addOf(CLIENT, state, all);
    this.#addOf(SERVER, state, all);
    if (this.#isLinked(CLIENT, state) || this.#isLinked(SERVER, state)) {
      all.push({ name: 'the connection is cut', kind: 'may', state: this.#cut(state), violation: undefined });
    }
    return all;
  }

  #addOf(side: Side, state: State, all: Transition[]): void {
    const ends = this.#ends[side];
    for (const step of ends.steps(state[side])) all.push(this.#apply(state, side, step));
    const incoming = side === CLIENT ? 3 : 2;
    const frame = this.#channels.head(state[incoming]);
    if (frame === undefined) return;
    const rest: State = [state[0], state[1], state[2], state[3]];
    rest[incoming] = this.#channels.rest(state[incoming]);
    all.push(this.#apply(rest, side, ends.deliver(state[side], frame)));
  }

  #isLinked(side: Side, state: State): boolean {
    const { link } = this.#ends[side].holding(state[side]);
    return link === 'open' || link === 'dialling';
  }

  #cut([client, server]: State): State {
    return [this.#ends[CLIENT].cut(client), this.#ends[SERVER].cut(server), NO_FRAMES, NO_FRAMES];
  }

  #apply(before: State, side: Side, step: Step): Transition {
    const state: State =
      step.connection === undefined ? [before[0], before[1], before[2], before[3]] : this.#cut(before);
    state[side] = step.end;
    const outgoing = side === CLIENT ? 2 : 3;
    // Whoever has not noticed that the connection is gone puts frames that go nowhere.
    if (this.#isLinked(side, state)) state[outgoing] = this.#channels.join(state[outgoing], step.out);
    const violation = step.violation ?? this.#findBreach(state, side, step.acknowledged);
    return { name: step.name, kind: step.kind, state, violation };
  }

  #findBreach([client, server]: State, side: Side, acknowledged: number): string | undefined {
    const one = this.#ends[CLIENT].holding(client);
    const other = this.#ends[SERVER].holding(server);
    return (
      findBreach(side === CLIENT ? acknowledged : 0, one, other) ??
      findBreach(side === SERVER ? acknowledged : 0, other, one)
    );
  }

  /** What is wrong with a state in which nothing must happen any more. */
  findUnsettled([client, server]: State): string | undefined {
    return findWaiting(this.#ends[CLIENT].holding(client)) ?? findWaiting(this.#ends[SERVER].holding(server));
  }

  /** What is left over in a state in which nothing can happen any more. */
  findLeftover([client, server]: State): string | undefined {
    const one = this.#ends[CLIENT].holding(client);
    const other = this.#ends[SERVER].holding(server);
    return one.link === 'open' && other.link === 'open' ? (one.leftover ?? other.leftover) : undefined;
  }
}
