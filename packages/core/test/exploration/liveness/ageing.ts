/** Time that passes over an end: points in time are relative to now, so they all move; and what cannot matter any more is forgotten. */

import type { Liveness } from '../../../src/machines/liveness.ts';
import type { Farewell } from '../../../src/session/farewell.ts';
import type { Stall } from '../../../src/words/clock.ts';
import type { SendQueue } from './send-queue.ts';

/** The machine with its private names opened. */
export type OpenedLiveness = Liveness & {
  latestAt: number;
  evidenceAt: number;
  nextProbeAt: number;
  suspectAt: number;
  deadAt: number;
  excusedAt: number;
  pingAt: number;
  _pingNumber: number;
  _pingEndsAt: number;
  _writtenTo: number;
  _writtenToAtCheck: number;
  _probesDue: number;
  _probesSent: number;
  excuseLeftMs: number;
  _extended: boolean;
};

/** What of an end has to do with time. */
interface Ageing {
  readonly liveness: OpenedLiveness | undefined;
  readonly farewell: Farewell | undefined;
  readonly queue: SendQueue;
  lastStall: Stall | undefined;
  deadline: number | undefined;
}

const INSTANTS = ['evidenceAt', 'nextProbeAt', 'suspectAt', 'deadAt', 'excusedAt'] as const;

/** Everything becomes so much older. */
export function age(end: Ageing, ms: number): void {
  const { liveness, farewell, lastStall } = end;
  if (liveness !== undefined) for (const name of INSTANTS) liveness[name] -= ms;
  if (farewell !== undefined) (farewell as Farewell & { _deadline: number })._deadline -= ms;
  if (lastStall !== undefined) end.lastStall = { ...lastStall, endedAt: lastStall.endedAt - ms };
  if (end.deadline !== undefined) end.deadline -= ms;
}

/** Brings a state into the form that all states share which behave the same. */
export function forget(end: Ageing, liveness: OpenedLiveness): void {
  // Round trips are not explored: which PING a PONG answers decides nothing.
  liveness._pingNumber = 0;
  liveness.pingAt = Number.NEGATIVE_INFINITY;
  // Clocks that run backwards are not, either.
  liveness.latestAt = Number.NEGATIVE_INFINITY;
  if (liveness.state === 'quiet') {
    // "Meaningful from `probing` on."
    liveness.nextProbeAt = 0;
    liveness.suspectAt = 0;
    liveness.deadAt = 0;
    liveness._probesDue = 0;
    liveness._probesSent = 0;
    liveness.excuseLeftMs = 0;
    liveness._extended = false;
  }
  // A stall is news while it is newer than the evidence, and than the one that was excused.
  if (liveness.excusedAt <= liveness.evidenceAt) liveness.excusedAt = Number.NEGATIVE_INFINITY;
  const newsSince = Math.max(liveness.evidenceAt, liveness.excusedAt);
  if (end.lastStall !== undefined && end.lastStall.endedAt <= newsSince) end.lastStall = undefined;
  forgetPositions(end.queue, liveness);
}

/** Positions count from what the machine knows to be written; beyond it, only whether more is, and whether the PING is. */
function forgetPositions(queue: SendQueue, liveness: OpenedLiveness): void {
  const known = liveness._writtenTo;
  const isMore = queue.written > known;
  const surplus = isMore ? queue.written - known - 1 : 0;
  const isPingWritten = liveness._pingEndsAt <= queue.written;
  const isPingKnown = liveness._pingEndsAt <= known;
  liveness._pingEndsAt = isPingKnown ? 0 : isPingWritten ? 1 : liveness._pingEndsAt - known - surplus;
  liveness._writtenToAtCheck = Math.max(-1, liveness._writtenToAtCheck - known);
  liveness._writtenTo = 0;
  queue.written = isMore ? 1 : 0;
  queue.position -= known + surplus;
}
