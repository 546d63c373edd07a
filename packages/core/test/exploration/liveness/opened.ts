/** The real machines of liveness and of the goodbye, opened. */

import type { Change } from '../opened.ts';
import { open } from '../opened.ts';
import type { Machines } from './words.ts';

/** Loads them afresh, with these changes. */
export async function openWatching(changes: readonly Change[] = []): Promise<Machines> {
  return (await open(['machines/liveness.ts', 'session/farewell.ts'], changes)) as Machines;
}
