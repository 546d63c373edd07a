/** Which faults happen, where and when: the same ones for the same seed. */

import { seededRandom } from '@systole/testing';
import type { Ending, Toward } from '@systole/testing/proxy';

/** An end of the connection. */
export type Role = 'server' | 'client';

/** Something that goes wrong. Those with a duration are over after it. */
export type Fault =
  /** The network is gone, and comes back. */
  | { readonly kind: 'blackhole'; readonly toward: Toward; readonly ms: number }
  | { readonly kind: 'reset'; readonly toward: Toward }
  | { readonly kind: 'fin'; readonly toward: Toward }
  /** The connection ends within a frame, or between two. */
  | { readonly kind: 'truncate'; readonly toward: Toward; readonly bytes: number; readonly ending: Ending }
  /** SIGKILL; another process follows. */
  | { readonly kind: 'kill'; readonly role: Role }
  /** A goodbye in the midst of everything; another process follows. */
  | { readonly kind: 'goodbye'; readonly role: Role }
  /** SIGSTOP, then SIGCONT. */
  | { readonly kind: 'freeze'; readonly role: Role; readonly ms: number }
  /** The event loop is blocked. */
  | { readonly kind: 'block'; readonly role: Role; readonly ms: number };

/** A fault and its moment. */
export interface PlannedFault {
  /** As soon as so many messages have been sent, by both ends together. */
  readonly at: number;
  readonly fault: Fault;
}

/** What a plan is made from. */
export interface PlanOptions {
  readonly messages: number;
  readonly faults: number;
  readonly seed: number;
}

/** Both ends watch each other: the verdict comes within 750 ms of the last evidence, 300 + 3 x 150. */
export const TRIPLE = { idle: 300, interval: 150, probes: 3 } as const;

/** Longer than any fault and its detection; and what a process leaves behind that does not come back is gone by then. */
export const RESUME_WINDOW_MS = 5_000;

/** Well below the bound, and well above. */
const BRIEF_MS = { from: 100, to: 400 };
const LONG_MS = { from: 900, to: 1_200 };

/** A few frames: most have less than 100 bytes, some 4,000. */
const MAX_TRUNCATED_BYTES = 20_000;

const TOWARDS: readonly Toward[] = ['toServer', 'toClient', 'both'];
const ROLES: readonly Role[] = ['server', 'client'];

/** Deals kinds from a pack, so that every 12 faults have one of each; the rest is chance. */
export function planFaults({ messages, faults, seed }: PlanOptions): readonly PlannedFault[] {
  const random = seededRandom(seed);
  const dealer = new Dealer(random);
  const step = messages / (faults + 1);
  return Array.from({ length: faults }, (_, index) => ({
    // Half a step sooner or later: still in order.
    at: Math.round(step * (index + 0.5 + random())),
    fault: dealer.deal(),
  }));
}

class Dealer {
  readonly #random: () => number;
  #pack: (() => Fault)[] = [];

  constructor(random: () => number) {
    this.#random = random;
  }

  deal(): Fault {
    if (this.#pack.length === 0) this.#pack = this.#newPack();
    const [card] = this.#pack.splice(this.#between(0, this.#pack.length - 1), 1);
    if (card === undefined) throw new Error('the pack is empty');
    return card();
  }

  #newPack(): (() => Fault)[] {
    const toward = (): Toward => this.#one(TOWARDS);
    const role = (): Role => this.#one(ROLES);
    const brief = (): number => this.#between(BRIEF_MS.from, BRIEF_MS.to);
    const long = (): number => this.#between(LONG_MS.from, LONG_MS.to);
    const bytes = (): number => this.#between(0, MAX_TRUNCATED_BYTES);
    return [
      () => ({ kind: 'blackhole', toward: toward(), ms: brief() }),
      () => ({ kind: 'blackhole', toward: toward(), ms: long() }),
      () => ({ kind: 'reset', toward: toward() }),
      () => ({ kind: 'fin', toward: toward() }),
      () => ({ kind: 'truncate', toward: toward(), bytes: bytes(), ending: 'fin' }),
      () => ({ kind: 'truncate', toward: toward(), bytes: bytes(), ending: 'reset' }),
      () => ({ kind: 'kill', role: role() }),
      () => ({ kind: 'goodbye', role: role() }),
      () => ({ kind: 'freeze', role: role(), ms: brief() }),
      () => ({ kind: 'freeze', role: role(), ms: long() }),
      () => ({ kind: 'block', role: role(), ms: brief() }),
      () => ({ kind: 'block', role: role(), ms: long() }),
    ];
  }

  #between(from: number, to: number): number {
    return from + Math.floor(this.#random() * (to - from + 1));
  }

  #one<Choice>(choices: readonly Choice[]): Choice {
    const choice = choices[this.#between(0, choices.length - 1)];
    if (choice === undefined) throw new Error('there is no choice');
    return choice;
  }
}

/** For people, such as `freeze server for 950 ms`. */
export function describeFault(fault: Fault): string {
  const where = 'role' in fault ? fault.role : fault.toward;
  const after = fault.kind === 'truncate' ? ` after ${fault.bytes} bytes with ${fault.ending}` : '';
  const long = 'ms' in fault ? ` for ${fault.ms} ms` : '';
  return `${fault.kind} ${where}${after}${long}`;
}
