/** What a process weighs. */

import process from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

export interface Memory {
  /** On the engine's heap and beside it, in bytes. */
  readonly heap: number;
  /** Of the whole process. */
  readonly rss: number;
}

/** After a garbage collection. Two: what the first one frees may have kept something else. */
export function weigh(): Memory {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  collectGarbage();
  collectGarbage();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heap: heapUsed + external, rss };
}
