/** All runs that were asked for: slices in memory, and between them their share on a live server. Stops at the first failure. */

import { performance } from 'node:perf_hooks';
import type { Wish } from './arguments.ts';
import { readCorpus } from './corpus.ts';
import type { MemoryTarget, Reached } from './engine.ts';
import type { Failure } from './failure.ts';
import { written } from './input.ts';
import { Isolation } from './isolation.ts';
import { liveInput } from './live/live-inputs.ts';
import type { LiveHeap } from './live/live-target.ts';
import { LiveTarget } from './live/live-target.ts';
import type { Reproducer } from './reproducer.ts';

/** Of so many runs, one is on the live server. */
const LIVE_SHARE = 1_000;
const SLICE = 50_000;
const LIVE_SLICE = 512;
/** Beside the inputs and the features that are kept, whose number is bounded. */
const MAX_GROWTH_BYTES = 96 * 1_048_576;

/** What came of all runs. */
export interface Summary {
  readonly ok: boolean;
  readonly seed: number;
  readonly runs: Readonly<Record<MemoryTarget | 'server', number>>;
  readonly seconds: number;
  /** In memory; those on the live server wait for its deadlines. */
  readonly runsPerSecond: number;
  /** Ways in which runs have differed, and inputs that were kept for that. */
  readonly features: number;
  readonly kept: number;
  /** Of the fuzzer, behind its first slice and its last; and of the live server. */
  readonly heap: LiveHeap | undefined;
  readonly serverHeap: LiveHeap | undefined;
}

/** Whom a run tells. */
export interface RunListener {
  /** How far it is. */
  progress(done: number, reached: Reached): void;
  failure(reproducer: Reproducer): void;
}

/** `tests` is the directory `test/` of the house. */
export async function run(wish: Wish, tests: URL, listener: RunListener): Promise<Summary> {
  const all = new Runs(wish, tests, listener);
  await all.run();
  return all.summary;
}

const NOTHING: Reached = { runs: { decoder: 0, handshake: 0, session: 0 }, features: 0, kept: 0 };

class Runs {
  readonly #wish: Wish;
  readonly #tests: URL;
  readonly #listener: RunListener;
  #reached: Reached = NOTHING;
  #heap: LiveHeap | undefined;
  #serverHeap: LiveHeap | undefined;
  #live = 0;
  #memoryMs = 0;
  #hasFailed = false;
  readonly #beganAt = performance.now();

  constructor(wish: Wish, tests: URL, listener: RunListener) {
    this.#wish = wish;
    this.#tests = tests;
    this.#listener = listener;
  }

  get summary(): Summary {
    const { runs, features, kept } = this.#reached;
    const count = runs.decoder + runs.handshake + runs.session;
    return {
      ok: !this.#hasFailed,
      seed: this.#wish.seed,
      runs: { ...runs, server: this.#live },
      seconds: Math.round((performance.now() - this.#beganAt) / 100) / 10,
      runsPerSecond: this.#memoryMs === 0 ? 0 : Math.round((count * 1_000) / this.#memoryMs),
      features,
      kept,
      heap: this.#heap,
      serverHeap: this.#serverHeap,
    };
  }

  async run(): Promise<void> {
    const { runs, target, seed, isRaw } = this.#wish;
    const live = target === undefined ? Math.floor(runs / LIVE_SHARE) : target === 'server' ? runs : 0;
    const inMemory = runs - live;
    if (inMemory > 0) {
      const setting = { seed, isRaw, tests: this.#tests.href, target: target as MemoryTarget | undefined };
      await using isolation = new Isolation(setting);
      for (let done = 0; done < inMemory && !this.#hasFailed; done += SLICE) {
        await this.#runInMemory(isolation, done, Math.min(SLICE, inMemory - done));
      }
    }
    if (live > 0 && !this.#hasFailed) await this.#runLive(live);
  }

  async #runInMemory(isolation: Isolation, first: number, count: number): Promise<void> {
    const beganAt = performance.now();
    const reply = await isolation.run(first, count);
    this.#memoryMs += performance.now() - beganAt;
    const { seed } = this.#wish;
    if (reply.type === 'failed') return this.#fail({ ...reply, seed, inputs: [reply.input] });
    const { reached, heapBytes } = reply;
    this.#reached = reached;
    this.#heap = { before: this.#heap?.before ?? heapBytes, after: heapBytes };
    this.#listener.progress(first + count, reached);
    const grown = heapBytes - this.#heap.before;
    if (grown <= MAX_GROWTH_BYTES) return;
    this.#fail({ kind: 'growth', text: `the heap has grown by ${grown} bytes`, seed, run: first, inputs: [] });
  }

  async #runLive(count: number): Promise<void> {
    const corpus = readCorpus(this.#tests);
    await using server = await LiveTarget.start(this.#tests);
    for (let done = 0; done < count && !this.#hasFailed; done += LIVE_SLICE) {
      const { seed } = this.#wish;
      const numbers = Array.from({ length: Math.min(LIVE_SLICE, count - done) }, (_, index) => done + index);
      const inputs = numbers.map((number) => liveInput(seed, number, corpus));
      const failure = await server.run(inputs);
      if (failure !== undefined) this.#failLive(failure, done, inputs.map(written));
      this.#live = server.runs;
      this.#serverHeap = server.heap;
    }
  }

  #failLive({ kind, message }: Failure, first: number, inputs: Reproducer['inputs']): void {
    this.#fail({ kind, text: message, seed: this.#wish.seed, run: first, inputs });
  }

  #fail({ kind, text, seed, run: number, inputs }: Reproducer): void {
    this.#hasFailed = true;
    this.#listener.failure({ kind, text, seed, run: number, inputs });
  }
}
