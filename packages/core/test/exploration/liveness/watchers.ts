/** All states of one end, numbered, and what each event makes of each: computed once, however many states of the world it is a part of. */

import { copy, textOf } from '../copy.ts';
import { Numbers } from '../numbers.ts';
import type { Kind } from '../words.ts';
import { Violation } from '../words.ts';
import type { Ending } from './watcher.ts';
import { Watcher } from './watcher.ts';
import type { Frame, Plan } from './words.ts';

/** Something that happens at an end by itself. */
export interface Action {
  readonly name: string;
  readonly kind: Kind;
  /** Whether it follows a poll phase: what has arrived by now is read first. */
  readonly isPolled: boolean;
  run(watcher: Watcher): void;
}

/** What became of an end. */
export interface Step {
  readonly watcher: number;
  readonly out: readonly Frame[];
  /** How it has ended by this. */
  readonly ending: Ending | undefined;
  readonly violation: string | undefined;
}

function action(name: string, kind: Kind, run: (watcher: Watcher) => void, isPolled = false): Action {
  return { name, kind, isPolled, run };
}

const FIRE = action('its timer fires', 'must', (watcher) => watcher.fire());
const POLLED = action('a poll phase has passed', 'must', (watcher) => watcher.polled(), true);
const GIVE_UP = action('has waited for its goodbye long enough', 'must', (watcher) => watcher.giveUp(), true);
const STALL = action('stalls', 'may', (watcher) => watcher.stall());
const MAY_GO_ON = action('runs again', 'may', (watcher) => watcher.goOn());
const MUST_GO_ON = action('runs again', 'must', (watcher) => watcher.goOn());
const STAND = action('cannot write any more', 'may', (watcher) => watcher.stand());
const MOVE = action('writes a frame', 'may', (watcher) => watcher.queue.move());
const CRASH = action('crashes', 'may', (watcher) => watcher.crash());
const CLOSE = action('closes', 'may', (watcher) => watcher.close());

function actionsOf(watcher: Watcher): Action[] {
  const { bounds } = watcher.plan;
  if (!watcher.isOpen) return [];
  const all: Action[] = bounds.crashes ? [CRASH] : [];
  if (watcher.queue.isStanding) all.push(MOVE);
  if (watcher.isStalled) {
    if (watcher.stalledFor > 0) all.push(watcher.stalledFor < bounds.stall ? MAY_GO_ON : MUST_GO_ON);
    return all;
  }
  if (watcher.isTimerDue) all.push(FIRE);
  if (watcher.polls > 0) all.push(POLLED);
  if (watcher.isGoodbyeDue) all.push(GIVE_UP);
  if (watcher.stallsLeft > 0) all.push(STALL);
  if (watcher.queue.standsLeft > 0 && !watcher.queue.isStanding) all.push(STAND);
  if (bounds.closeTimeout > 0 && !watcher.hasSaidClose) all.push(CLOSE);
  return all;
}

/** See the head of the file. Both ends are of one kind, so they share it. */
export class Watchers {
  readonly #numbers = new Numbers<Watcher>(textOf);
  readonly #actions: (readonly Action[] | undefined)[] = [];
  readonly #steps: (Map<string, Step> | undefined)[] = [];
  /** Before the connection is made. */
  readonly first: number;

  constructor(plan: Plan) {
    this.first = this.#numbers.of(new Watcher(plan));
  }

  get size(): number {
    return this.#steps.length;
  }

  /** Not to be changed. */
  at(number: number): Watcher {
    return this.#numbers.at(number);
  }

  actions(number: number): readonly Action[] {
    this.#actions[number] ??= actionsOf(this.at(number));
    return this.#actions[number];
  }

  open(number: number, firstWait: number): Step {
    return this.step(number, `open ${firstWait}`, (watcher) => watcher.open(firstWait));
  }

  read(number: number, frame: Frame): Step {
    return this.step(number, frame, (watcher) => watcher.read(frame));
  }

  pass(number: number): Step {
    return this.step(number, 'pass', (watcher) => watcher.isOpen && watcher.pass());
  }

  /** `name` says what `run` does. */
  step(number: number, name: string, run: (watcher: Watcher) => void): Step {
    this.#steps[number] ??= new Map();
    const known = this.#steps[number].get(name);
    if (known !== undefined) return known;
    const step = this.#compute(number, run);
    this.#steps[number].set(name, step);
    return step;
  }

  #compute(number: number, run: (watcher: Watcher) => void): Step {
    const before = this.at(number);
    const watcher = copy(before);
    let violation: string | undefined;
    try {
      run(watcher);
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      violation = error.message;
    }
    const out = watcher.queue.takeLeft();
    watcher.settle();
    const ending = before.ending === undefined ? watcher.ending : undefined;
    return { watcher: this.#numbers.of(watcher), out, ending, violation };
  }
}
