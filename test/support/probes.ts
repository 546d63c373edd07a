/** PINGs, as the diagnostics channel `probe` tells of them. */

import type { Session } from '@systole/client';
import { tapeChannel } from './channel-tape.ts';
import type { Tape } from './tape.ts';

/** One PING. */
export interface Probe {
  readonly session: Session;
  readonly epoch: number;
  readonly number: number;
}

/** All PINGs of the process from now on. */
export function tapeProbes(): Tape<Probe> {
  return tapeChannel<Probe>('probe');
}

/** Those of one session. */
export function probesOf(tape: Tape<Probe>, session: Session): Probe[] {
  return tape.all((probe) => probe.session === session);
}
