/** What an ending may be called, and what it rests on. */

import type { Cause, Evidence } from '@systole/core';
import { expect } from '../failure.ts';

/** Those of a connection that was made: what only dialling can bring is none of them. */
const CAUSES: ReadonlySet<Cause> = new Set<Cause>([
  'closed-by-peer',
  'closed-locally',
  'eof',
  'reset',
  'silent',
  'write-stalled',
  'kernel-timeout',
  'handshake-timeout',
  'protocol-error',
  'not-our-protocol',
  'rejected',
  'superseded',
  'going-away',
  'too-many-pings',
  'app-stalled',
]);

const PHASES: readonly string[] = ['handshake', 'open', 'closing'];

/** These say that the peer has done something wrong. */
const BLAMES: ReadonlySet<Cause> = new Set<Cause>(['protocol-error', 'not-our-protocol', 'rejected', 'too-many-pings']);

/** These mean nothing without a word about what it was. */
const EXPLAINED: ReadonlySet<Cause> = new Set<Cause>(['protocol-error', 'not-our-protocol', 'rejected']);

/** Whether it blames the peer. */
export function blames(cause: string): boolean {
  return BLAMES.has(cause as Cause);
}

/** An ending that is in the list, with evidence that can be. */
export function expectLegalEnd(cause: Cause, evidence: Evidence): void {
  expect(CAUSES.has(cause), () => `a connection ended with the cause ${cause}`);
  const { phase, silenceMs, rttMs, probesSent, epoch, detail, stallMs } = evidence;
  expect(PHASES.includes(phase) || phase === 'connecting', () => `${cause} in the phase ${phase}`);
  for (const ms of [silenceMs, rttMs, stallMs]) {
    expect(
      ms === undefined || (ms >= 0 && Number.isFinite(ms)),
      () => `the evidence of ${cause} has a time of ${ms} ms`,
    );
  }
  expect(
    Number.isSafeInteger(probesSent) && probesSent >= 0,
    () => `the evidence of ${cause} has ${probesSent} probes`,
  );
  expect(Number.isSafeInteger(epoch) && epoch >= 0, () => `the evidence of ${cause} has the epoch ${epoch}`);
  expect(!EXPLAINED.has(cause) || detail !== undefined, () => `${cause} says nothing of what was wrong`);
}
