/** What the explorer needs of a world of two ends: four numbers are one state of it. */

import type { Kind } from './words.ts';

/** Both ends, and what is on its way between them. */
export type State = [client: number, server: number, toServer: number, toClient: number];

/** What became of the world. */
export interface Transition {
  readonly name: string;
  readonly kind: Kind;
  readonly state: State;
  readonly violation: string | undefined;
}

/** See the head of the file. */
export interface Explorable {
  readonly first: State;
  /** All that can happen in a state. */
  transitions(state: State): readonly Transition[];
  /** What is wrong with a state in which nothing must happen any more. */
  findUnsettled(state: State): string | undefined;
  /** What is left over in a state in which nothing can happen any more. */
  findLeftover(state: State): string | undefined;
}
