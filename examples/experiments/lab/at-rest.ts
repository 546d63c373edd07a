/** Waiting until bytes have come as far as they get. */

import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long nothing may move before we say that nothing moves: on loopback, bytes move in microseconds. */
const REST_MS = 50;

/** Resolves when nothing moves between two ends any more: what is not read by then waits in buffers, of Node or of the kernels. */
export async function atRest(...ends: readonly Socket[]): Promise<void> {
  let before: string | undefined;
  for (let now = measure(ends); now !== before; now = measure(ends)) {
    before = now;
    await sleep(REST_MS);
  }
}

function measure(ends: readonly Socket[]): string {
  return ends.map(({ bytesRead, writableLength }) => `${bytesRead} ${writableLength}`).join();
}
