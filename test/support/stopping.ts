/** Stopping a program that asks for it: the other side of `blocking.ts`. */

import type { StopOver, StopRequest } from './blocking.ts';
import { sharedNow } from './program.ts';
import { heldFor } from './time.ts';

/** After it has asked to be stopped, a program goes on to wait for its sockets: there a process is stopped as a rule. */
const SETTLE_MS = 3;

/** A {@link Program} that understands when it is over. */
interface Stoppable {
  freeze(): void;
  thaw(): void;
  send(message: StopOver): void;
}

/** Stops a program for as long as it has asked for. */
export async function stop(program: Stoppable, { durationMs }: StopRequest): Promise<void> {
  await heldFor(SETTLE_MS);
  const from = sharedNow();
  program.freeze();
  await heldFor(durationMs);
  const to = sharedNow();
  program.thaw();
  program.send({ type: 'continued', from, to });
}
