/** Runs inputs in a thread of its own, which its parent can end whatever it is doing. */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parentPort, workerData } from 'node:worker_threads';
import { readCorpus } from './corpus.ts';
import type { MemoryTarget, Reached } from './engine.ts';
import { Engine } from './engine.ts';
import type { Failure, FailureKind } from './failure.ts';
import { FlightRecorder } from './flight-recorder.ts';
import type { Input, WrittenInput } from './input.ts';
import { read, written } from './input.ts';
import { Mishaps } from './mishaps.ts';
import { reduce, tryInput } from './trial.ts';

/** What a worker is made with. */
export interface WorkerSetting {
  readonly seed: number;
  readonly target: MemoryTarget | undefined;
  /** The directory `test/` of the house. */
  readonly tests: string;
  readonly memory: SharedArrayBuffer;
  /** Whether an input that fails is left as it is, and not made smaller. */
  readonly isRaw: boolean;
}

/** What it is asked for. */
export type Request =
  | { readonly type: 'run'; readonly first: number; readonly count: number }
  | { readonly type: 'try'; readonly input: WrittenInput };

/** What it answers. */
export type Reply =
  | { readonly type: 'fine'; readonly reached: Reached; readonly heapBytes: number }
  | {
      readonly type: 'failed';
      readonly run: number;
      readonly kind: FailureKind;
      readonly text: string;
      readonly input: WrittenInput;
    };

const { seed, target, tests, memory, isRaw } = workerData as WorkerSetting;
const engine = new Engine(seed, readCorpus(new URL(tests)), target);
const recorder = new FlightRecorder(memory);
const mishaps = new Mishaps();

/** To gather where errors were thrown takes longer than most runs; it is done for the one that counts. */
Error.stackTraceLimit = 0;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** As {@link tryInput}, with the recorder on. */
async function attempt(run: number, input: Input): Promise<Failure | undefined> {
  recorder.record(run, input);
  const verdict = await tryInput(input, mishaps);
  if ('failure' in verdict) return verdict.failure;
  engine.handleSeen(run, input, verdict.seen);
  return undefined;
}

async function runAll(first: number, count: number): Promise<Reply> {
  for (let run = first; run < first + count; run += 1) {
    const input = engine.next(run);
    const failure = await attempt(run, input);
    if (failure !== undefined) return fail(run, input, failure);
  }
  return fine();
}

function fine(): Reply {
  collectGarbage();
  return { type: 'fine', reached: engine.reached, heapBytes: process.memoryUsage().heapUsed };
}

async function fail(run: number, input: Input, first: Failure): Promise<Reply> {
  const again = (tried: Input): Promise<Failure | undefined> => attempt(run, tried);
  const smallest = isRaw || first.kind === 'hang' ? input : await reduce(input, first, again);
  Error.stackTraceLimit = 10;
  const { kind, message } = (await attempt(run, smallest)) ?? first;
  return { type: 'failed', run, kind, text: message, input: written(smallest) };
}

async function tryOne(input: Input): Promise<Reply> {
  const failure = await attempt(0, input);
  return failure === undefined ? fine() : fail(0, input, failure);
}

parentPort?.on('message', (request: Request) => {
  const answer = request.type === 'run' ? runAll(request.first, request.count) : tryOne(read(request.input));
  void answer.then((reply) => parentPort?.postMessage(reply));
});
