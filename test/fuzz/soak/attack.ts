/** What an attack is, and what it is given to attack with. */

import type { Assailant } from './assailant.ts';

/** One attack on a server. Several lanes repeat it next to each other, each as soon as its last connection is gone. */
export interface Attack {
  readonly name: string;
  /** New connections of all lanes together. */
  readonly perSecond: number;
  /**
   * How the server has to end it: causes, with the code behind some. Each of them has to be seen. That the attacker is gone
   * (`reset`, `eof`) is no answer, but explains itself: all go when the attack is over.
   */
  readonly deserves: readonly string[];
  /** Other ends that are in order: the attack also says goodbye, or is replaced by its own next connection. */
  readonly explained?: readonly string[];
  /** Attacks once. What it has connected is left to the server to end. */
  strike(raid: Raid): Promise<void>;
}

/** A server listens twice. */
export type Door = 'plain' | 'tls';

/** What one strike works with. */
export interface Raid {
  /** From 0 on, and one more with each strike of any lane: attacks with several tricks take them in turn. */
  readonly turn: number;
  /** Ids of sessions that belong to lawful peers. */
  readonly sessions: readonly string[];
  readonly random: () => number;
  /** Connects to a door of the server when the cap allows; default: the one without TLS. Rejects when the attack is over. */
  connect(door?: Door): Promise<Assailant>;
  /** Waits. Rejects when the attack is over. */
  rest(ms: number): Promise<void>;
  /** The server has done what it must not. */
  breach(text: string): void;
}
