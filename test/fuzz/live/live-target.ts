/** Target: a server in a process of its own, on loopback. Between the attacks a lawful client has to be served. */

import type { Client } from '@systole/client';
import { connect } from '@systole/client';
import { Program } from '../../support/program.ts';
import { Failure, failureOf } from '../failure.ts';
import type { Input } from '../input.ts';
import { attack } from './attacker.ts';
import type { FromLiveServer, Inspected } from './live-server.ts';

/** Connections at one time. */
const CROWD = 128;
/** The lawful client gets its answer in a millisecond, or in a few where the machine has much to do. */
const ANSWER_TIMEOUT_MS = 10_000;
/** Code that is compiled, and caches that are filled, take some memory the first time. */
const MAX_GROWTH_BYTES = 8 * 1_048_576;

/** What the server has of memory. */
export interface LiveHeap {
  readonly before: number;
  readonly after: number;
}

/** See the head of the file. */
export class LiveTarget implements AsyncDisposable {
  readonly #program: Program<FromLiveServer>;
  readonly #port: number;
  readonly #client: Client;
  #asked = 0;
  #runs = 0;
  #heap: LiveHeap | undefined;

  private constructor(program: Program<FromLiveServer>, port: number) {
    this.#program = program;
    this.#port = port;
    this.#client = connect({ port, host: '127.0.0.1' });
  }

  /** `tests` is the directory `test/` of the house. */
  static async start(tests: URL): Promise<LiveTarget> {
    const program = new Program<FromLiveServer>(new URL('dist/fuzz/live/live-server.js', tests));
    const { port } = await program.next('listening');
    const target = new LiveTarget(program, port);
    await target.#expectServed();
    return target;
  }

  /** Connections that were tried. */
  get runs(): number {
    return this.#runs;
  }

  /** Undefined before the first batch is over. */
  get heap(): LiveHeap | undefined {
    return this.#heap;
  }

  /** All of these, so many at a time; undefined if the server has stood it. */
  async run(inputs: readonly Input[]): Promise<Failure | undefined> {
    try {
      for (let start = 0; start < inputs.length; start += CROWD) {
        const crowd = inputs.slice(start, start + CROWD);
        await Promise.all(crowd.map((input, index) => attack(this.#port, input, start + index)));
        this.#runs += crowd.length;
        await this.#expectServed();
      }
      this.#expectSound(await this.#inspect());
      return undefined;
    } catch (thrown) {
      return failureOf(thrown);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client.destroy();
    await this.#program.kill();
  }

  async #expectServed(): Promise<void> {
    this.#asked += 1;
    const answer = this.#client.send(this.#asked, { timeout: ANSWER_TIMEOUT_MS });
    const got = await answer.catch((error) => {
      throw new Failure('hang', `a lawful client was not served: ${error.message}`);
    });
    if (got !== this.#asked)
      throw new Failure('unexplained', `a lawful client was answered ${got}, not ${this.#asked}`);
    if (this.#client.epoch > 1) throw new Failure('unexplained', 'a lawful client has lost its connection');
  }

  async #inspect(): Promise<Inspected> {
    this.#program.send({ type: 'inspect' });
    return this.#program.next('inspected');
  }

  #expectSound({ arrivals, sessions, parked, heapBytes, mishap }: Inspected): void {
    if (mishap !== undefined) throw new Failure('crash', mishap);
    if (arrivals > 0) throw new Failure('growth', `${arrivals} arrivals are left, and nobody is there`);
    if (sessions > 1) throw new Failure('growth', `${sessions - 1} sessions are left, and nobody is there`);
    if (parked > 0) throw new Failure('growth', `${parked} sessions are parked, behind their window`);
    this.#heap = { before: this.#heap?.before ?? heapBytes, after: heapBytes };
    const grown = heapBytes - this.#heap.before;
    if (grown > MAX_GROWTH_BYTES) throw new Failure('growth', `the server has grown by ${grown} bytes`);
  }
}
