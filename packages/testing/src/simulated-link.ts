/** A simulated TCP connection between two processes, and the ways in which it can go wrong. */

import { type Chunking, chunksOf } from './chunking.ts';
import { LinkEnd, type Traffic } from './link-end.ts';
import type { SimulatedClock } from './simulated-clock.ts';
import { Wire } from './wire.ts';

/** Which way. */
export type LinkDirection = 'a-to-b' | 'b-to-a' | 'both';

/** What one direction is like. */
export interface DirectionOptions {
  /**
   * How long a write is on its way, in milliseconds: fixed, or drawn anew for each (see `seededRandom`). Nothing
   * overtakes. Default: 0, so that a test without a word about latency need not reckon with it.
   */
  readonly latencyMs?: number | (() => number);
  /** Where the receiver's stream is cut into chunks. Default: 64 KiB, which is what Node reads at once. */
  readonly chunking?: Chunking;
  /**
   * How much the kernels on the way hold of what the receiver's process has not read. What is written beyond that is
   * `unwritten`. Default: 4 MiB, about what Linux swallows for a peer that has stopped reading.
   */
  readonly bufferBytes?: number;
}

/** Options of a {@link SimulatedLink}: for both directions, and what is different in one of them. */
export interface LinkOptions extends DirectionOptions {
  /** What is different on the way to `b`. Default: nothing. */
  readonly aToB?: DirectionOptions;
  /** What is different on the way to `a`. Default: nothing. */
  readonly bToA?: DirectionOptions;
}

/**
 * A connection that is established already. Both processes must live in the same world; they may be the same.
 *
 * Its ends behave as TCP's do. Whatever reaches a stalled process waits in its kernel until it runs again. A `destroy`
 * with unread bytes resets the peer, one without sends FIN; bytes that reach a closed end are answered with a reset;
 * and a write that nobody has acknowledged for 15 minutes ends with ETIMEDOUT.
 *
 * Simpler than TCP: a latency belongs to a write, not to a packet; acknowledgements cost nothing as long as nobody
 * waits for room; and the kernel of a stalled or sleeping process goes on.
 */
export class SimulatedLink {
  /** The end of the first process. */
  readonly a: LinkEnd;
  /** The end of the second. */
  readonly b: LinkEnd;
  readonly #aToB: Wire;
  readonly #bToA: Wire;

  /** `a` and `b` are the processes at the two ends. */
  constructor(a: SimulatedClock, b: SimulatedClock, options: LinkOptions = {}) {
    if (a.timeline !== b.timeline) throw new TypeError('both clocks must be of the same world');
    const aToB = complete(options, options.aToB);
    const bToA = complete(options, options.bToA);
    this.#aToB = new Wire(a.timeline, aToB.latencyMs, () => this.a.fail(TIMED_OUT));
    this.#bToA = new Wire(a.timeline, bToA.latencyMs, () => this.b.fail(TIMED_OUT));
    this.a = new LinkEnd({ clock: a, wire: this.#aToB, chunking: bToA.chunking, bufferBytes: aToB.bufferBytes });
    this.b = new LinkEnd({ clock: b, wire: this.#bToA, chunking: aToB.chunking, bufferBytes: bToA.bufferBytes });
    LinkEnd.join(this.a, this.b);
  }

  /** What has gone from a to b. */
  get aToB(): Traffic {
    return this.a.traffic;
  }

  /** What has gone from b to a. */
  get bToA(): Traffic {
    return this.b.traffic;
  }

  /** From now on whatever is sent vanishes, and nobody is told. What is on its way still arrives. */
  cut(direction: LinkDirection = 'both'): void {
    for (const wire of this.#wires(direction)) wire.cut();
  }

  /** The path is whole again. What was sent meanwhile arrives, in order, with TCP's next attempt. */
  heal(direction: LinkDirection = 'both'): void {
    for (const wire of this.#wires(direction)) wire.heal();
  }

  /** Something on the way resets both ends: each sees ECONNRESET. */
  reset(): void {
    for (const end of [this.a, this.b]) end.fail({ code: 'ECONNRESET', syscall: 'read' });
  }

  /**
   * The host of this end is gone, as without power: no FIN, no answer, no word to its own listener; and nothing heals
   * it.
   */
  crash(end: 'a' | 'b'): void {
    this[end].vanish();
    this.#aToB.sever();
    this.#bToA.sever();
  }

  #wires(direction: LinkDirection): Wire[] {
    if (direction === 'a-to-b') return [this.#aToB];
    if (direction === 'b-to-a') return [this.#bToA];
    return [this.#aToB, this.#bToA];
  }
}

/** What Linux says when it has sent something again often enough. */
const TIMED_OUT = { code: 'ETIMEDOUT', syscall: 'read' };

const DEFAULT_CHUNKING = chunksOf(65_536);
const DEFAULT_BUFFER_BYTES = 4 * 2 ** 20;

interface Direction {
  readonly latencyMs: () => number;
  readonly chunking: Chunking;
  readonly bufferBytes: number;
}

function complete(both: DirectionOptions, one: DirectionOptions = {}): Direction {
  const latencyMs = one.latencyMs ?? both.latencyMs ?? 0;
  return {
    latencyMs: typeof latencyMs === 'number' ? () => latencyMs : latencyMs,
    chunking: one.chunking ?? both.chunking ?? DEFAULT_CHUNKING,
    bufferBytes: one.bufferBytes ?? both.bufferBytes ?? DEFAULT_BUFFER_BYTES,
  };
}
