/**
 * What a worker is about to run, in memory that its parent shares: so that the input which hangs or kills the worker is known.
 */

import type { Act, Handler, Input, Role, Step, TargetName } from './input.ts';
import { ACTS, HANDLERS, TARGETS } from './input.ts';

/** An input may take as much; of a larger one the beginning is kept. */
const INPUT_BYTES = 1_048_576;
const HEAD_INTS = 4;
const RUN = 0;
const LENGTH = 1;
const RECORDS = 2;

const ROLES: readonly Role[] = ['client', 'server'];

/** A step begins with one of these, and four bytes of how much of it. */
const BYTES = 0;
const WAIT = 1;
const ACT = 2;
const STEP_HEAD = 5;

/** See the head of the file. Both sides make one of the same memory. */
export class FlightRecorder {
  readonly memory: SharedArrayBuffer;
  readonly #head: Int32Array;
  readonly #view: DataView;
  readonly #bytes: Uint8Array;

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(4 * HEAD_INTS + INPUT_BYTES)) {
    this.memory = memory;
    this.#head = new Int32Array(memory, 0, HEAD_INTS);
    this.#view = new DataView(memory, 4 * HEAD_INTS);
    this.#bytes = new Uint8Array(memory, 4 * HEAD_INTS);
  }

  /** The number of the newest run. */
  get run(): number {
    return Atomics.load(this.#head, RUN);
  }

  /** How often something was recorded: while it stands, one input is being run. */
  get records(): number {
    return Atomics.load(this.#head, RECORDS);
  }

  /** A run begins. */
  record(run: number, { target, role, handler, isLawful, steps }: Input): void {
    const view = this.#view;
    view.setUint8(0, TARGETS.indexOf(target));
    view.setUint8(1, ROLES.indexOf(role));
    view.setUint8(2, HANDLERS.indexOf(handler));
    view.setUint8(3, isLawful ? 1 : 0);
    let offset = 4;
    for (const step of steps) {
      const size = STEP_HEAD + ('bytes' in step ? step.bytes.length : 0);
      if (offset + size > INPUT_BYTES) break;
      this.#write(offset, step);
      offset += size;
    }
    this.#head[LENGTH] = offset;
    Atomics.store(this.#head, RUN, run);
    Atomics.add(this.#head, RECORDS, 1);
  }

  #write(offset: number, step: Step): void {
    const [kind, amount] =
      'bytes' in step ? [BYTES, step.bytes.length] : 'wait' in step ? [WAIT, step.wait] : [ACT, ACTS.indexOf(step.act)];
    this.#view.setUint8(offset, kind);
    this.#view.setUint32(offset + 1, amount);
    if ('bytes' in step) this.#bytes.set(step.bytes, offset + STEP_HEAD);
  }

  /** What was recorded last. */
  read(): Input {
    const view = this.#view;
    const end = this.#head[LENGTH] ?? 0;
    const steps: Step[] = [];
    for (let offset = 4; offset < end; ) {
      const amount = view.getUint32(offset + 1);
      const kind = view.getUint8(offset);
      const start = offset + STEP_HEAD;
      offset = start + (kind === BYTES ? amount : 0);
      if (kind === BYTES) steps.push({ bytes: this.#bytes.slice(start, offset) });
      else steps.push(kind === WAIT ? { wait: amount } : { act: ACTS[amount] as Act });
    }
    return {
      target: TARGETS[view.getUint8(0)] as TargetName,
      role: ROLES[view.getUint8(1)] as Role,
      handler: HANDLERS[view.getUint8(2)] as Handler,
      isLawful: view.getUint8(3) === 1,
      steps,
    };
  }
}
