/** Weighs the memory of its own process: once it is warm, and when asked. */

import process from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Memory as Weights } from './orders.ts';

/** By then what is made once is made, and what the engine learns first is learned. */
export const WARM_AFTER = 1_000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** See the head of the file. */
export class Memory {
  #warmBytes: number | undefined;

  /** So many messages are settled. */
  handleSettled(settled: number): void {
    if (settled === WARM_AFTER) this.#warmBytes = usedBytes();
  }

  weigh(): Weights {
    return { warmBytes: this.#warmBytes, nowBytes: usedBytes() };
  }
}

function usedBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}
