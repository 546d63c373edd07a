import { setImmediate as nextCheck } from 'node:timers/promises';

/** Waits until this holds, asked once a turn of the event loop; the timeout of the test ends it if it never does. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await nextCheck();
}
