/** The words of this exploration: how two watchers are set, what may happen to them, and what travels between them. */

import type { Liveness } from '../../../src/machines/liveness.ts';
import type { Farewell } from '../../../src/session/farewell.ts';

/** Time goes in units; this is how long one is for the machines. Longer than any threshold of a stall needs. */
export const UNIT_MS = 1_000;

/** `note`: the CLOSE of an end that has judged its peer dead. `fin` is TCP's. */
export type Frame = 'ping' | 'pong' | 'close' | 'fin' | 'note';

/** What may happen. Durations in units. */
export interface Bounds {
  /** The triple of both ends. */
  readonly idle: number;
  readonly interval: number;
  readonly probes: number;
  /** The longest time that a frame travels; every shorter one is tried, too. */
  readonly delay: number;
  /** How often each process may stall, and for how long at most. */
  readonly stalls: number;
  readonly stall: number;
  /** How often the send queue of each end may stand; frame by frame, it moves on. */
  readonly stands: number;
  readonly writeTimeout: number;
  /** Either process may crash, without a word. */
  readonly crashes: boolean;
  /** Either direction may be cut for ever. */
  readonly cuts: boolean;
  /** Both ends may say goodbye, which may take so long. 0: neither does. */
  readonly closeTimeout: number;
}

/** What is explored. */
export interface Machines {
  readonly Liveness: typeof Liveness;
  readonly Farewell: typeof Farewell;
}

/** What never changes at one end. Frozen: it is no part of a state. */
export interface Plan {
  readonly machines: Machines;
  readonly bounds: Bounds;
}
