/** Runs in a thread that is watched: one that hangs, or eats all memory, is ended, and it is known what it was doing. */

import process from 'node:process';
import { Worker } from 'node:worker_threads';
import type { FailureKind } from './failure.ts';
import { Failure } from './failure.ts';
import { FlightRecorder } from './flight-recorder.ts';
import type { Input, WrittenInput } from './input.ts';
import { written } from './input.ts';
import { reduce } from './trial.ts';
import type { Reply, Request, WorkerSetting } from './worker.ts';

/** A run takes a tenth of a millisecond. Counted is the time in which a processor works for us, and none in which it works for others. */
const HANG_CPU_MS = 1_000;
const LOOK_MS = 50;
/** Each of them takes as long. */
const HANG_TRIES = 12;
/** What is kept is a tenth of it. */
const MAX_HEAP_MB = 512;

/** See the head of the file. */
export class Isolation implements AsyncDisposable {
  readonly #setting: Omit<WorkerSetting, 'memory'>;
  readonly #recorder = new FlightRecorder();
  #worker: Worker;

  constructor(setting: Omit<WorkerSetting, 'memory'>) {
    this.#setting = setting;
    this.#worker = this.#start();
  }

  #start(): Worker {
    const workerData: WorkerSetting = { ...this.#setting, memory: this.#recorder.memory };
    const resourceLimits = { maxOldGenerationSizeMb: MAX_HEAP_MB };
    return new Worker(new URL('dist/fuzz/worker.js', this.#setting.tests), { workerData, resourceLimits });
  }

  /** Runs of these numbers; stops at the first failure. */
  async run(first: number, count: number): Promise<Reply> {
    const reply = await this.#ask({ type: 'run', first, count });
    return reply.type === 'failed' && reply.kind === 'hang' ? this.#shrink(reply) : reply;
  }

  /** One input, as it is. */
  try(input: WrittenInput): Promise<Reply> {
    return this.#ask({ type: 'try', input });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate();
  }

  async #ask(request: Request): Promise<Reply> {
    const worker = this.#worker;
    let stopLooking = (): void => {};
    const reply = await new Promise<Reply>((resolve, reject) => {
      const die = (kind: FailureKind, text: string): void => resolve(this.#failed(kind, text));
      worker.once('message', resolve);
      worker.once('error', (error: NodeJS.ErrnoException) => {
        // What goes wrong before the first run is the fuzzer's own affair.
        if (this.#recorder.records === 0) return reject(error);
        const isMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
        die(isMemory ? 'growth' : 'crash', isMemory ? `more than ${MAX_HEAP_MB} MB are taken` : String(error.stack));
      });
      stopLooking = this.#watch(() => die('hang', `a run takes more than ${HANG_CPU_MS} ms of a processor`));
      worker.postMessage(request);
    });
    stopLooking();
    worker.removeAllListeners('message').removeAllListeners('error');
    if (reply.type === 'failed') await this.#renew();
    return reply;
  }

  /** A thread in which something has failed is not one to go on with. */
  async #renew(): Promise<void> {
    this.#worker.on('error', () => {});
    await this.#worker.terminate();
    this.#worker = this.#start();
  }

  #failed(kind: FailureKind, text: string): Reply {
    return { type: 'failed', run: this.#recorder.run, kind, text, input: written(this.#recorder.read()) };
  }

  /** Calls back once when one input takes too long. Returns what stops it. */
  #watch(handleHang: () => void): () => void {
    let records = -1;
    let since = process.cpuUsage();
    const timer = setInterval(() => {
      const now = this.#recorder.records;
      if (now !== records) {
        records = now;
        since = process.cpuUsage();
        return;
      }
      const { user, system } = process.cpuUsage(since);
      if (now === 0 || (user + system) / 1_000 < HANG_CPU_MS) return;
      clearInterval(timer);
      handleHang();
    }, LOOK_MS);
    return () => clearInterval(timer);
  }

  /** What hangs cannot be made smaller where it hangs: a thread for each try. */
  async #shrink(reply: Reply & { readonly type: 'failed' }): Promise<Reply> {
    if (this.#setting.isRaw) return reply;
    const attempt = async (input: Input): Promise<Failure | undefined> => {
      const tried = await this.try(written(input));
      return tried.type === 'failed' ? new Failure(tried.kind, tried.text) : undefined;
    };
    const hung = this.#recorder.read();
    const smallest = await reduce(hung, new Failure(reply.kind, reply.text), attempt, HANG_TRIES);
    return { ...reply, input: written(smallest) };
  }
}
