/** Makes inputs and runs them; what shows something new is kept, to be changed further. */

import { Chance } from './chance.ts';
import { converse } from './conversation.ts';
import type { Entry } from './corpus.ts';
import type { Input, TargetName } from './input.ts';
import { mutate } from './mutate.ts';
import { runDecoder } from './targets/decoder.ts';
import { runHandshake } from './targets/handshake.ts';
import { runSession } from './targets/session.ts';

/** Targets that need no socket. */
export type MemoryTarget = Exclude<TargetName, 'server'>;

const MEMORY_TARGETS: readonly MemoryTarget[] = ['decoder', 'handshake', 'session'];

/** Of twenty runs: a session takes ten times as long as a decoder, and each has its share of the time. */
const SHARES: readonly MemoryTarget[] = [
  ...Array<MemoryTarget>(15).fill('decoder'),
  ...Array<MemoryTarget>(4).fill('handshake'),
  'session',
];

/** Inputs that are kept for each target. Beyond, a new one takes the place of another that was found. */
const MAX_KEPT = 1_000;
/** Features that are told apart, for all targets: beyond, nothing counts as new. */
const MAX_FEATURES = 500_000;

/** Such inputs are rare. */
const LARGE_BYTES = 4_096;

/** Runs one input, and gives back what it has seen. @throws Failure, or whatever the product throws. */
export function runInput(input: Input): string | Promise<string> {
  switch (input.target) {
    case 'decoder':
      return runDecoder(input);
    case 'handshake':
      return runHandshake(input);
    case 'session':
      return runSession(input);
    case 'server':
      throw new Error('a live server is no target for a run in memory');
  }
}

/** What became of runs. */
export interface Reached {
  /** Runs of each target. */
  readonly runs: Readonly<Record<MemoryTarget, number>>;
  /** Ways in which runs have differed. */
  readonly features: number;
  /** Inputs that were kept. */
  readonly kept: number;
}

/** See the head of the file. */
export class Engine {
  readonly #seed: number;
  readonly #only: MemoryTarget | undefined;
  readonly #inputs: Record<MemoryTarget, Input[]> = { decoder: [], handshake: [], session: [] };
  /** Of them, so many are the corpus, and stay. */
  readonly #given: Record<MemoryTarget, number>;
  readonly #features = new Set<number>();
  readonly #runs: Record<MemoryTarget, number> = { decoder: 0, handshake: 0, session: 0 };

  constructor(seed: number, corpus: readonly Entry[], only?: MemoryTarget) {
    this.#seed = seed;
    this.#only = only;
    for (const { input } of corpus) if (input.target !== 'server') this.#inputs[input.target].push(input);
    const { decoder, handshake, session } = this.#inputs;
    this.#given = { decoder: decoder.length, handshake: handshake.length, session: session.length };
  }

  get reached(): Reached {
    const kept = MEMORY_TARGETS.reduce((sum, name) => sum + this.#inputs[name].length - this.#given[name], 0);
    return { runs: { ...this.#runs }, features: this.#features.size, kept };
  }

  /** The input of this run: it follows from the seed, and from the runs before. */
  next(run: number): Input {
    const chance = new Chance(this.#seed, run);
    const target = this.#only ?? chance.pick(SHARES);
    const inputs = this.#inputs[target];
    if (inputs.length === 0 || chance.oneIn(3)) return converse(chance, target);
    return mutate(chance, pickSmall(chance, inputs), pickSmall(chance, inputs));
  }

  /** Takes in what a run has seen. */
  handleSeen(run: number, input: Input, seen: string): void {
    const target = input.target as MemoryTarget;
    this.#runs[target] += 1;
    const feature = hashOf(target, seen);
    if (this.#features.has(feature) || this.#features.size === MAX_FEATURES) return;
    this.#features.add(feature);
    const inputs = this.#inputs[target];
    const given = this.#given[target];
    if (inputs.length < given + MAX_KEPT) inputs.push(input);
    else inputs[given + new Chance(this.#seed, ~run).below(MAX_KEPT)] = input;
  }
}

/** One of them: mostly a small one, as those at the limits of size take a hundred times as long. */
function pickSmall(chance: Chance, inputs: readonly Input[]): Input {
  let input = chance.pick(inputs);
  for (let tries = 0; tries < 3 && sizeOf(input) > LARGE_BYTES; tries += 1) input = chance.pick(inputs);
  return input;
}

function sizeOf({ steps }: Input): number {
  let size = 0;
  for (const step of steps) if ('bytes' in step) size += step.bytes.length;
  return size;
}

/** FNV-1a, of 32 bits: two features in half a million may look like one, and that is all that comes of it. */
function hashOf(target: string, seen: string): number {
  let hash = 0x811c_9dc5;
  for (const text of [target, seen]) {
    for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x0100_0193);
  }
  return hash;
}
