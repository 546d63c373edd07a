/** Time that passes over an end: points in time are relative to now, so they all move; and what cannot matter any more is forgotten. */

import type { Liveness } from '../../../src/machines/liveness.ts';
import type { Farewell } from '../../../src/session/farewell.ts';
import type { Stall } from '../../../src/words/clock.ts';
import type { SendQueue } from './send-queue.ts';

/** The machine with its private names opened. */
export type OpenedLiveness = Liveness & {
  _latestAt: number;
  _evidenceAt: number;
  _nextProbeAt: number;
  _suspectAt: number;
  _deadAt: number;
  _excusedAt: number;
  _pingAt: number;
  _pingNumber: number;
  _pingAnswered: boolean;
  _pingEndsAt: number;
  _writtenTo: number;
  _writtenToAtCheck: number;
  _probesDue: number;
  _probesSent: number;
  _excuseLeftMs: number;
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

const INSTANTS = ['_evidenceAt', '_nextProbeAt', '_suspectAt', '_deadAt', '_excusedAt'] as const;

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
  liveness._pingAt = 0;
  liveness._pingAnswered = true;
  // Clocks that run backwards are not, either.
  liveness._latestAt = Number.NEGATIVE_INFINITY;
  if (liveness.state === 'quiet') {
    // "Meaningful from `probing` on."
    liveness._nextProbeAt = 0;
    liveness._suspectAt = 0;
    liveness._deadAt = 0;
    liveness._probesDue = 0;
    liveness._probesSent = 0;
    liveness._excuseLeftMs = 0;
    liveness._extended = false;
  }
  // A stall is news while it is newer than the evidence, and than the one that was excused.
  if (liveness._excusedAt <= liveness._evidenceAt) liveness._excusedAt = Number.NEGATIVE_INFINITY;
  const newsSince = Math.max(liveness._evidenceAt, liveness._excusedAt);
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
