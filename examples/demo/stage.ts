/** Where a scenario plays: its processes, its clock, and what is told about it. */

import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { endProgram, startProgram } from '../support/program.ts';

/** Whose doing an event is: the demo's, the peer's, or Systole's, in which case it is what your code would be told. */
export type Actor = 'demo' | 'peer' | 'systole';

/** One event of the timeline. */
export interface Line {
  readonly scenario: string;
  /** Since the scenario began. */
  readonly atMs: number;
  /** Since the scenario's zero, if that has come. */
  readonly sinceZeroMs?: number | undefined;
  readonly actor: Actor;
  readonly event: string;
  /** For people. */
  readonly text: string;
  /** For machines. */
  readonly details: object;
}

/** Takes the events of a timeline. */
export type Tell = (line: Line) => void;

/** One scenario under way. */
export class Stage {
  readonly #scenario: string;
  readonly #tell: Tell;
  readonly #startedAt = performance.now();
  readonly #programs: ChildProcess[] = [];
  readonly #closers: (() => Promise<void> | void)[] = [];
  #zeroAt: number | undefined;
  #isOver = false;

  constructor(scenario: string, tell: Tell) {
    this.#scenario = scenario;
    this.#tell = tell;
  }

  /** Tells an event that happens now. */
  tell(actor: Actor, event: string, text: string, details: object = {}): void {
    if (this.#isOver) return;
    const now = performance.now();
    const sinceZeroMs = this.#zeroAt === undefined ? undefined : now - this.#zeroAt;
    this.#tell({ scenario: this.#scenario, atMs: now - this.#startedAt, sinceZeroMs, actor, event, text, details });
  }

  /** The times of the timeline count from now, or from so many milliseconds ago. */
  setZero(agoMs = 0): void {
    this.#zeroAt = performance.now() - agoMs;
  }

  /** Milliseconds since {@link setZero}. */
  get sinceZeroMs(): number {
    return performance.now() - (this.#zeroAt ?? Number.NaN);
  }

  /** Starts a program of this folder, which ends with the scenario. */
  start(program: string, ...args: readonly (string | number)[]): ChildProcess {
    const child = startProgram(new URL(`./${program}.js`, import.meta.url), ...args);
    this.#programs.push(child);
    return child;
  }

  /** Does this when the scenario is over. */
  atEnd(close: () => Promise<void> | void): void {
    this.#closers.push(close);
  }

  /** Looks each millisecond until it is so: for what is no event, such as the next byte. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (this.#isOver) throw new Error('the scenario is over');
      await sleep(1);
    }
  }

  /** Ends all that belongs to the scenario; what that causes is not told any more. */
  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#programs.map(endProgram));
    for (const close of this.#closers) await close();
  }
}
