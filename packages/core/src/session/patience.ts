/** How long somebody waits for a promise of ours: until its signal is aborted, or its time is over. */

import type { Duration } from '../rules/duration.ts';
import { parseDuration } from '../rules/duration.ts';
import type { Clock, Instant } from '../words/clock.ts';
import { SystoleError } from '../words/errors.ts';

/** What the caller has asked for. */
export interface PatienceOptions {
  readonly signal?: AbortSignal | undefined;
  readonly timeout?: Duration | undefined;
}

/**
 * Calls `giveUp` when the signal is aborted (`ERR_ABORTED`) or the time is over (`ERR_TIMEOUT`); `subject` is what was waited
 * for, such as `result`. Returns the function that stops looking. A signal that is aborted already is the caller's to look at.
 */
export function limitWait(
  clock: Clock,
  subject: string,
  { signal, timeout }: PatienceOptions,
  giveUp: (error: SystoleError) => void,
): () => void {
  const abort = (): void => giveUp(abortedError(subject, signal));
  signal?.addEventListener('abort', abort, { once: true });
  const timeoutMs = parseDuration(timeout) ?? Number.POSITIVE_INFINITY;
  const deadline = clock.now() + timeoutMs;
  const handleAlarm = (now: Instant): void => {
    if (now < deadline) alarm?.set(deadline);
    else giveUp(new SystoleError('ERR_TIMEOUT', `no ${subject} within ${timeoutMs} ms`));
  };
  const alarm = timeout === undefined ? undefined : clock.alarm({ handleAlarm });
  alarm?.set(deadline);
  return () => {
    signal?.removeEventListener('abort', abort);
    alarm?.clear();
  };
}

/** `ERR_ABORTED`, whose cause is the signal's reason. */
export function abortedError(subject: string, signal: AbortSignal | undefined): SystoleError {
  return new SystoleError('ERR_ABORTED', `the wait for the ${subject} was given up by its signal`, {
    cause: signal?.reason,
  });
}
