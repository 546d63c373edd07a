/**
 * All states of one end, numbered, and what each input makes of each. An end is deterministic and knows nothing but what it is
 * told, so that what it does in a state is computed once, however many states of the world it is a part of.
 */

import type { Action } from './actions.ts';
import { ACTIONS } from './actions.ts';
import type { Channels } from './channels.ts';
import { NO_FRAMES } from './channels.ts';
import { copy, textOf } from './copy.ts';
import type { Outlet } from './end.ts';
import { End } from './end.ts';
import type { Holding } from './invariants.ts';
import { holdingOf } from './invariants.ts';
import { Numbers } from './numbers.ts';
import type { Kind, Plan, Travelling } from './words.ts';

const QUIET: Outlet = { takesPayload: true, isLeaving: false };
const OTHER_LEAVES: Outlet = { takesPayload: true, isLeaving: true };
/** The window may be closed, and something else may leave that an ACK can ride on. */
const OTHERS: readonly Outlet[] = [
  OTHER_LEAVES,
  { takesPayload: false, isLeaving: false },
  { takesPayload: false, isLeaving: true },
];

/** More kinds of frames there are not. */
const MAX_FRAMES = 65_536;

type Event = Omit<Action, 'isPossible'>;

/** What became of an end. */
export interface Step {
  readonly name: string;
  readonly kind: Kind;
  readonly connection: Action['connection'];
  readonly end: number;
  /** The number of the list of frames that were put. */
  readonly out: number;
  /** The messages that were acknowledged by it. */
  readonly acknowledged: number;
  /** What is broken by it. */
  readonly violation: string | undefined;
}

/** See the head of the file. */
export class Ends {
  readonly #numbers = new Numbers<End>(textOf);
  readonly #frames: Numbers<Travelling>;
  readonly #lists: Channels;
  readonly #steps: (readonly Step[] | undefined)[] = [];
  readonly #deliveries = new Map<number, Step>();
  readonly #cuts: (number | undefined)[] = [];
  readonly #holdings: (Holding | undefined)[] = [];
  readonly first: number;

  /** `frames` and `lists` of them are shared by both ends. */
  constructor(plan: Plan, frames: Numbers<Travelling>, lists: Channels) {
    this.#lists = lists;
    this.#frames = frames;
    this.first = this.#numbers.of(new End(Object.freeze(plan)));
  }

  at(number: number): End {
    return this.#numbers.at(number);
  }

  /** What is to be known of it for the invariants. */
  holding(number: number): Holding {
    this.#holdings[number] ??= holdingOf(this.at(number));
    return this.#holdings[number];
  }

  /** All that it can do by itself and that makes a difference. */
  steps(number: number): readonly Step[] {
    this.#steps[number] ??= this.#findSteps(number);
    return this.#steps[number];
  }

  #findSteps(number: number): readonly Step[] {
    const end = this.at(number);
    const steps = new Map<string, Step>();
    const add = (event: Event, outlet: Outlet) => {
      const step = this.#step(number, event, outlet);
      const isMoved = step.end !== number || step.out !== NO_FRAMES || step.violation !== undefined;
      const key = JSON.stringify({ ...step, name: '' });
      if (isMoved && !steps.has(key)) steps.set(key, step);
    };
    const isFrame = end.plan.bounds.grain === 'frame';
    add({ name: 'writes', kind: 'must', run: (twin) => isFrame && twin.put(QUIET) }, QUIET);
    const others = isFrame ? OTHERS : [OTHER_LEAVES];
    for (const outlet of others)
      add({ name: 'writes', kind: 'can', run: (twin) => isFrame && twin.put(outlet) }, outlet);
    for (const action of ACTIONS) if (action.isPossible(end)) add(action, QUIET);
    return [...steps.values()];
  }

  /** A frame reaches it. */
  deliver(number: number, frame: number): Step {
    const key = number * MAX_FRAMES + frame;
    const known = this.#deliveries.get(key);
    if (known !== undefined) return known;
    const travelling = this.#frames.at(frame);
    const event: Event = { name: `gets ${describe(travelling)}`, kind: 'must', run: (end) => end.deliver(travelling) };
    const step = this.#step(number, event, QUIET);
    this.#deliveries.set(key, step);
    return step;
  }

  /** Its connection is cut. */
  cut(number: number): number {
    this.#cuts[number] ??= this.#step(number, { name: '', kind: 'may', run: (end) => end.cut() }, undefined).end;
    return this.#cuts[number];
  }

  #step(number: number, { name, kind, connection, run }: Event, outlet: Outlet | undefined): Step {
    const end = copy(this.at(number));
    let violation: string | undefined;
    try {
      run(end);
      if (end.plan.bounds.grain === 'turn' && outlet !== undefined) end.turn(outlet);
      end.handleTurnEnd();
    } catch (error) {
      violation = String(error);
    }
    const out = this.#lists.of(end.out.map((frame) => this.#frames.of(frame)));
    const text = [`${end.plan.role} ${name}`, ...end.out.map(describe)].join(', puts ');
    end.out = [];
    const acknowledged = end.forget();
    return { name: text, kind, connection, end: this.#numbers.of(end), out, acknowledged, violation };
  }
}

function describe(frame: Travelling): string {
  const { type, ...fields } = frame;
  const text = JSON.stringify(fields, (_key, value) => (value instanceof Uint8Array ? [...value] : value));
  return `${type.toUpperCase()} ${text.replaceAll('"', '')}`;
}
