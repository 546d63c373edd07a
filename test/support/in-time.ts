/** A bound for what other processes have a part in: one that does not answer would keep us waiting. */

import { setTimeout as sleep } from 'node:timers/promises';

/** Settles as the work does. @throws Error if that takes longer. */
export async function inTime<Value>(work: Promise<Value>, ms: number): Promise<Value> {
  const over = new AbortController();
  const late = sleep(ms, undefined, { signal: over.signal }).then(() => {
    throw new Error(`was not over within ${ms} ms`);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    over.abort();
  }
}
