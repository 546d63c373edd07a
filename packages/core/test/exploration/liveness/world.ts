/** Two ends that watch each other, what travels between them, and time: four numbers are one state of the world. */

import type { Explorable, State, Transition } from '../explorable.ts';
import type { Watcher } from './watcher.ts';
import type { Step } from './watchers.ts';
import { Watchers } from './watchers.ts';
import { CUT, EMPTY, Wire } from './wire.ts';
import type { Bounds, Machines } from './words.ts';

type Side = 0 | 1;
const SIDES: readonly Side[] = [0, 1];
const NAMES = ['A', 'B'] as const;
/** Where the list of frames is in a state that are on their way to this side. */
const INCOMING = [2, 3] as const;

/** See the head of the file. */
export class WatchWorld implements Explorable {
  readonly #bounds: Bounds;
  readonly #watchers: Watchers;
  readonly #wire: Wire;
  readonly first: State;

  constructor(machines: Machines, bounds: Bounds) {
    this.#bounds = bounds;
    this.#watchers = new Watchers(Object.freeze({ machines, bounds }));
    this.#wire = new Wire(bounds.delay);
    this.first = [this.#watchers.first, this.#watchers.first, EMPTY, EMPTY];
  }

  transitions(state: State): Transition[] {
    if (state[0] === this.#watchers.first && state[1] === this.#watchers.first) return this.#openings(state);
    const all = SIDES.flatMap((side) => [...this.#ofEnd(side, state), ...this.#ofWire(side, state)]);
    // Time passes when nothing has to happen before.
    const isOver = SIDES.every((side) => !this.#watcher(state, side).isOpen);
    if (!isOver && all.every(({ kind }) => kind === 'may')) all.push(this.#pass(state));
    return all;
  }

  /** There is always something that has to happen, and be it that time passes. */
  findUnsettled(): undefined {
    return undefined;
  }

  /** Nothing can happen any more: then both have ended. */
  findLeftover(state: State): string | undefined {
    return SIDES.every((side) => !this.#watcher(state, side).isOpen) ? undefined : 'an end waits for ever';
  }

  /** The first waits of both ends are any: they need not beat in step. */
  #openings(state: State): Transition[] {
    const waits = Array.from({ length: this.#bounds.idle }, (_, index) => index + 1);
    return waits.flatMap((one) =>
      waits.map((other): Transition => {
        const opened = this.#apply(state, 0, this.#watchers.open(state[0], one), `A opens, to wait ${one}`);
        return this.#apply(opened.state, 1, this.#watchers.open(state[1], other), `open, to wait ${one} and ${other}`);
      }),
    );
  }

  #ofEnd(side: Side, state: State): Transition[] {
    const hasUnread = this.#wire.isOverdue(state[INCOMING[side]]);
    return this.#watchers
      .actions(state[side])
      .filter(({ isPolled }) => !isPolled || !hasUnread)
      .map(({ name, kind, run }) => {
        const step = this.#watchers.step(state[side], `${kind} ${name}`, run);
        return { ...this.#apply(state, side, step, `${NAMES[side]} ${name}`), kind };
      });
  }

  /** What happens to the frames on their way to this side. */
  #ofWire(side: Side, state: State): Transition[] {
    const list = state[INCOMING[side]];
    if (list === CUT) return [];
    const all: Transition[] = [];
    if (this.#bounds.cuts) {
      const cut = replaced(state, INCOMING[side], CUT);
      all.push({ name: `the way to ${NAMES[side]} is cut`, kind: 'may', state: cut, violation: undefined });
    }
    const frame = this.#wire.head(list);
    if (frame === undefined || !this.#watcher(state, side).runs) return all;
    const rest = replaced(state, INCOMING[side], this.#wire.rest(list));
    const step = this.#watchers.read(state[side], frame);
    const kind = this.#wire.isOverdue(list) ? 'must' : 'may';
    all.push({ ...this.#apply(rest, side, step, `${NAMES[side]} reads ${frame}`), kind });
    return all;
  }

  #pass(state: State): Transition {
    const [one, other] = [this.#watchers.pass(state[0]), this.#watchers.pass(state[1])];
    const next: State = [one.watcher, other.watcher, this.#wire.pass(state[2]), this.#wire.pass(state[3])];
    return { name: 'a unit passes', kind: 'must', state: next, violation: one.violation ?? other.violation };
  }

  #apply(before: State, side: Side, step: Step, name: string): Transition {
    const other: Side = side === 0 ? 1 : 0;
    let state = replaced(before, side, step.watcher);
    state = replaced(state, INCOMING[other], this.#wire.put(state[INCOMING[other]], step.out));
    if (step.ending !== undefined) state = replaced(state, INCOMING[side], CUT);
    return { name, kind: 'must', state, violation: step.violation ?? this.#findInjustice(before, side, step) };
  }

  /** An end that nobody gave a reason for. */
  #findInjustice(before: State, side: Side, { ending }: Step): string | undefined {
    const { delay, interval, probes, stalls, stall, closeTimeout } = this.#bounds;
    const one = this.#watcher(before, side);
    const other = this.#watcher(before, side === 0 ? 1 : 0);
    const hasReason =
      !other.isOpen || before[2] === CUT || before[3] === CUT || hasStoodEver(one) || hasStoodEver(other);
    if (hasReason) return undefined;
    const stalledFor = (watcher: Watcher): number => (stalls - watcher.stallsLeft) * stall;
    // The peer has the window to answer, and one interval of it for certain after a stall of ours. A stall of its own is a
    // reason if there was not enough time beside it.
    const timeLeft = one.bystander.lost > 0 ? interval : interval * probes;
    if (ending === 'dead' && 2 * delay + stalledFor(other) < timeLeft) return `${NAMES[side]} judges a living peer`;
    const goodbye = 2 * delay + stalledFor(one) + stalledFor(other);
    if (ending === 'unfinished' && goodbye < closeTimeout)
      return `the goodbye of ${NAMES[side]} is not finished in time`;
    return ending === 'eof' ? `${NAMES[side]} finds FIN without CLOSE` : undefined;
  }

  #watcher(state: State, side: Side): Watcher {
    return this.#watchers.at(state[side]);
  }
}

function hasStoodEver({ queue, plan }: Watcher): boolean {
  return queue.standsLeft < plan.bounds.stands;
}

function replaced(state: State, index: 0 | 1 | 2 | 3, value: number): State {
  const next: State = [state[0], state[1], state[2], state[3]];
  next[index] = value;
  return next;
}
