/** A path through a network, with its weather: outages of both directions, bursts of loss and full queues. */

import type { Instant } from '@systole/core';
import type { Random } from './random.ts';
import { exponential, streamOf } from './random.ts';
import { Spans } from './spans.ts';

/** What comes and goes: apart on average, and long on average. */
interface Spell {
  readonly everyMs: number;
  readonly meanMs: number;
}

/** What a path is like. */
export interface PathOptions {
  /** One way, without what other traffic adds. */
  readonly delayMs: number;
  /** Mean of the exponential part on top of it. */
  readonly jitterMs: number;
  /** Share of segments. */
  readonly loss: number;
  /** Nothing gets through in either direction. */
  readonly outage?: Spell;
  /** Gilbert's bad state, of each direction by itself. */
  readonly burst?: Spell & { readonly loss: number };
  /** Somebody fills the queue of the way back: it delays by so much more when full. */
  readonly bloat?: Spell & { readonly delayMs: number; readonly loss: number };
}

/** A queue that somebody fills grows by so much delay in a millisecond. It drains at 1. */
const FILLING = 0.7;

/** `there`: from the watching end to the watched one. */
export type Direction = 'there' | 'back';

/** See the head of the file. Paths of the same seed have the same weather, whatever travels on them. */
export class Path {
  readonly #options: PathOptions;
  readonly #outages: Spans | undefined;
  readonly #bursts: Readonly<Record<Direction, Spans | undefined>>;
  readonly #bloats: Spans | undefined;

  constructor(options: PathOptions, seed: number) {
    this.#options = options;
    const spansOf = (spell: Spell | undefined, purpose: string): Spans | undefined =>
      spell && new Spans(streamOf(seed, purpose), spell.everyMs, (random) => exponential(random, spell.meanMs));
    this.#outages = spansOf(options.outage, 'outages');
    this.#bursts = { there: spansOf(options.burst, 'bursts there'), back: spansOf(options.burst, 'bursts back') };
    this.#bloats = spansOf(options.bloat, 'bloat');
  }

  isDown(at: Instant): boolean {
    return this.#outages?.at(at) !== undefined;
  }

  /** Whether a segment that leaves now is lost. */
  loses(direction: Direction, at: Instant, random: Random): boolean {
    return this.isDown(at) || random() < this.#lossOf(direction, at);
  }

  /** How long a segment travels that leaves now. */
  delayMs(direction: Direction, at: Instant, random: Random): number {
    return this.#options.delayMs + this.#queueMs(direction, at) + exponential(random, this.#options.jitterMs);
  }

  /** What TCP has measured by now: the round trip of late. */
  rttMs(at: Instant): number {
    return 2 * (this.#options.delayMs + this.#options.jitterMs) + this.#queueMs('back', at);
  }

  #lossOf(direction: Direction, at: Instant): number {
    const { loss, burst, bloat } = this.#options;
    if (burst !== undefined && this.#bursts[direction]?.at(at) !== undefined) return burst.loss;
    if (bloat !== undefined && direction === 'back' && this.#bloats?.at(at) !== undefined) return bloat.loss;
    return loss;
  }

  #queueMs(direction: Direction, at: Instant): number {
    const { bloat } = this.#options;
    if (bloat === undefined || this.#bloats === undefined || direction === 'there') return 0;
    const filling = this.#bloats.at(at);
    const span = filling ?? this.#bloats.before(at);
    if (span === undefined) return 0;
    const fullMs = Math.min(bloat.delayMs, FILLING * (Math.min(at, span.to) - span.from));
    return filling === undefined ? Math.max(0, fullMs - (at - span.to)) : fullMs;
  }
}
