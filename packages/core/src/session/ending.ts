/** The end of a connection in words: its cause, the evidence it rests on, and the CLOSE that may be left behind. */

import type { Role } from '../machines/handshake.ts';
import type { Liveness } from '../machines/liveness.ts';
import { causeOfClose } from '../rules/classify.ts';
import { hintOfEof } from '../rules/idle-limits.ts';
import type { Cause, Evidence, Phase } from '../words/cause.ts';
import type { Instant, Stall } from '../words/clock.ts';
import type { CloseFrame } from '../words/frame.ts';
import type { Refusal } from './connection-owner.ts';

/** A cause, and what there is to say beside it. */
export interface NamedEnd {
  /** Why it ended. */
  readonly cause: Cause;
  /** The operating system's code, or that of the peer's CLOSE. */
  readonly code?: string | undefined;
  /** The system call that failed. */
  readonly syscall?: string | undefined;
  /** What a person would want to read beside it. */
  readonly detail?: string | undefined;
}

/** What a connection has seen until now. */
export interface Seen {
  readonly epoch: number;
  readonly phase: Phase;
  readonly silenceMs: number | undefined;
  /** Undefined before the handshake is over. */
  readonly liveness: Liveness | undefined;
  /** The last stall of our own process. */
  readonly stall: Stall | undefined;
  readonly now: Instant;
  /** Ours in the handshake, as long as that is not over. */
  readonly opening?: Role | undefined;
  /** Of boxes on the path, beside the common ones. */
  readonly idleLimitsMs: readonly number[];
}

/** What the peer's CLOSE says of the ending. */
export function endOfClose(frame: CloseFrame): NamedEnd {
  return { cause: causeOfClose(frame), code: frame.code, detail: frame.reason };
}

/** The CLOSE of a connection that has handled nothing, or of which that does not matter any more. */
export function closeOf({ code, reason, scope = 'connection', retryAfterMs = 0, spreadMs = 0 }: Refusal): CloseFrame {
  return { type: 'close', scope, code, lastAccepted: 0, retryAfterMs, spreadMs, reason };
}

/** What the ending rests on. A stall counts if it fell into the silence. */
export function evidenceOf({ cause, code, syscall, detail }: NamedEnd, seen: Seen): Evidence {
  const { epoch, phase, silenceMs, liveness, stall, now, idleLimitsMs } = seen;
  const isRecent = stall !== undefined && now - stall.endedAt <= (silenceMs ?? 0);
  return {
    epoch,
    phase,
    silenceMs,
    probesSent: liveness?.probesSent ?? 0,
    rttMs: liveness?.rtt?.smoothedMs,
    stallMs: isRecent ? stall.durationMs : undefined,
    code,
    syscall,
    detail: detail === undefined || detail === '' ? (remarkOn(cause, code, seen) ?? detail) : detail,
    hint: cause === 'eof' ? hintOfEof(silenceMs, idleLimitsMs) : undefined,
  };
}

/** What an ending usually comes from that nobody has said a word about: for whoever reads the cause for the first time. */
function remarkOn(cause: Cause, code: string | undefined, { opening, silenceMs }: Seen): string | undefined {
  if (code === 'judged-dead') return 'the peer had heard nothing from here for too long, and took us for dead';
  if (cause === 'handshake-timeout' && opening === 'client' && silenceMs === undefined) {
    return 'the peer has not answered: its process may hang, or speak another protocol';
  }
  const isGone = cause === 'eof' || cause === 'reset';
  if (!isGone || opening === undefined) return undefined;
  // Bytes of TLS itself are none that a connection hears.
  if (silenceMs !== undefined) return undefined;
  return opening === 'client'
    ? 'the peer ended the connection without an answer: it may speak TLS, or another protocol'
    : 'the peer left before HELLO: a health check, or under TLS one that does not trust our certificate';
}

/** The evidence of an attempt that led to no connection: none but what the system said. */
export function evidenceOfAttempt(
  epoch: number,
  { code, syscall, detail }: Partial<Pick<Evidence, 'code' | 'syscall' | 'detail'>> = {},
): Evidence {
  return {
    epoch,
    phase: 'connecting',
    silenceMs: undefined,
    probesSent: 0,
    rttMs: undefined,
    stallMs: undefined,
    code,
    syscall,
    detail,
    hint: undefined,
  };
}
