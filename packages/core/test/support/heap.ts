/** How much of the heap something takes. */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectOnce = runInNewContext('gc') as () => void;

/** Twice, as buffers are given back in the background, and counted out at the next collection. */
function collect(): void {
  collectOnce();
  collectOnce();
}

/** Bytes that what is made takes of the heap, buffers included, once what is not needed for it is gone. */
export function heapOf(make: () => unknown): number {
  make(); // what is compiled or cached on the way is not counted
  collect();
  const before = bytesInUse();
  const made = make();
  collect();
  const after = bytesInUse();
  return made === undefined ? 0 : after - before;
}

function bytesInUse(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
