/** Time that a fault is to last; never a means to wait for something to happen. */

import { setTimeout } from 'node:timers/promises';

/** Resolves when a fault has been held for so long. */
export async function heldFor(ms: number): Promise<void> {
  await setTimeout(ms);
}
