/** The words of the exploration: what two ends are asked to do, and what travels between them. */

import type { Counters, DeliveryFrame } from '../../src/machines/exchange.ts';
import type { CloseFrame } from '../../src/words/frame.ts';
import type { Machines } from './opened.ts';

/** What the handler makes of a message: it returns so many bytes, or nothing, or fails. */
type Answer = number | 'nothing' | 'failure';

/** A message that is to be sent. */
export interface Message {
  readonly bytes: number;
  readonly answer: Answer;
}

type Role = 'client' | 'server';
export type Scope = CloseFrame['scope'];

/** What may happen, and how often at most. */
export interface Bounds {
  /** Messages of the client, and of the server. They are sent in this order, if they are. */
  readonly client: readonly Message[];
  readonly server: readonly Message[];
  /** The cost of unhandled messages that either end takes. */
  readonly maxUnhandledBytes: number;
  /** Connections, all attempts counted. Each may be cut at any time. */
  readonly dials: number;
  /** Which processes may crash, and start again, once. */
  readonly crashes: readonly Role[];
  /** Who may say goodbye, once. */
  readonly closes: readonly Role[];
  /** What such a goodbye may mean. */
  readonly scopes: readonly Scope[];
  /**
   * `frame`: an end puts one frame at a time, at any time, and its window may be closed. `turn`: it puts all it can after
   * whatever happens to it, as a connection does; and an ACK may ride on what else leaves, at any time.
   */
  readonly grain: 'frame' | 'turn';
}

/** What never changes at one end. Frozen: it is no part of a state. */
export interface Plan {
  readonly role: Role;
  readonly machines: Machines;
  readonly bounds: Bounds;
}

/** HELLO and WELCOME, as far as delivery is concerned. */
export interface Introduction {
  readonly type: 'hello' | 'welcome';
  /** 0: none. */
  readonly session: number;
  readonly epoch: number;
  readonly counters: Counters;
  readonly credit: number;
}

/** CLOSE, as far as delivery is concerned. */
export interface Goodbye {
  readonly type: 'close';
  readonly scope: Scope;
  readonly lastAccepted: number;
}

/** Whatever travels; `fin` is TCP's. */
export type Travelling = DeliveryFrame | Introduction | Goodbye | { readonly type: 'fin' };

/**
 * `must`: it happens sooner or later, if nothing else changes. `can`: it happens if something else leaves, or the window is
 * closed just then. `may`: the user, the process or the network brings it about, or never does.
 */
export type Kind = 'must' | 'can' | 'may';

/** The promise is broken, or what it rests on. */
export class Violation extends Error {
  override readonly name: string = 'Violation';
}

/** @throws Violation */
export function must(holds: boolean, text: () => string): asserts holds {
  if (!holds) throw new Violation(text());
}
