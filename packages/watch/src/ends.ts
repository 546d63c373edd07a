/** How a stream that belongs to somebody else ends, in the words of our causes. */

import { errorMonitor } from 'node:events';
import type { Readable } from 'node:stream';
import type { NamedEnd } from '@systole/core';
import { causeOfTransportError } from '@systole/core/internal';

/** What a peer's reset looks like, whoever reports it. */
const RESET_CODES: ReadonlySet<string | undefined> = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED']);

/** The stream has ended with this error, be it that there is none: 'error' may be emitted without. */
function endOfError(error: NodeJS.ErrnoException | null | undefined): NamedEnd {
  const { code, syscall, message } = error ?? {};
  const cause = causeOfTransportError({ code, syscall });
  // What no system call has reported is what somebody here has given to destroy().
  const isOurs = cause === 'reset' && syscall === undefined && !RESET_CODES.has(code);
  return isOurs ? { cause: 'closed-locally', code, detail: message } : { cause, code, syscall };
}

/** How a stream has ended, by what it says of itself; undefined while it has not. */
export function endOf(stream: Readable): NamedEnd | undefined {
  const { errored, destroyed } = stream;
  if (errored !== null && errored !== undefined) return endOfError(errored);
  if (hasHadFin(stream)) return { cause: 'eof' };
  return destroyed ? { cause: 'closed-locally' } : undefined;
}

/**
 * FIN may wait behind bytes that the owner has not read yet, or is slow to: the peer has said goodbye, and is not to be judged
 * for its silence. Node has no public word for that, but has kept this one since version 0.10. Should it go, 'end' tells, later.
 */
function hasHadFin(stream: Readable): boolean {
  const { _readableState: state } = stream as { readonly _readableState?: { readonly ended?: unknown } };
  return stream.readableEnded || state?.ended === true;
}

/**
 * Hears how a stream ends, whatever its owner does about it: an 'error' that nobody else hears stays uncaught. FIN is the end,
 * also where our own half stays open, as no evidence can come any more. Returns the function that stops listening.
 */
export function listenForEnd(stream: Readable, tell: (end: NamedEnd) => void): () => void {
  const onError = (error: Error | null | undefined): void => tell(endOfError(error));
  const onEnd = (): void => tell({ cause: 'eof' });
  const onClose = (): void => tell(endOf(stream) ?? { cause: 'closed-locally' });
  stream.on(errorMonitor, onError);
  stream.on('end', onEnd);
  stream.on('close', onClose);
  return () => {
    stream.off(errorMonitor, onError);
    stream.off('end', onEnd);
    stream.off('close', onClose);
  };
}
