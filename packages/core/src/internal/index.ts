/**
 * What the packages of this house share, and nobody else should use: it may change in any release, its types are valibot's in places,
 * and neither the report of the public surface nor the reference has it.
 */

export { takeOver } from '../node/attachable.ts';
export { publishRejected } from '../node/diagnostics.ts';
export { findTextsWithoutPem, flawOfTls } from '../node/flaw-of-tls.ts';
export { BOOT_ID, resolveParts } from '../node/parts.ts';
export { receivedBytes, socketBelow } from '../node/socket-below.ts';
export { fillSocketOptions } from '../node/socket-options.ts';
export { isAttached } from '../node/socket-transport.ts';
export { MIN_SLEEP_MS } from '../node/system-clock.ts';
export {
  booleanSchema,
  checkOptions,
  durationSchema,
  functionSchema,
  integerSchema,
  methodsSchema,
  plainSchema,
  signalSchema,
} from '../rules/checks.ts';
export { causeOfTransportError } from '../rules/classify.ts';
export { MAX_RETRY_MS } from '../rules/limits.ts';
export {
  fillSessionOptions,
  findSessionContradictions,
  partEntries,
  sessionEntries,
  socketEntries,
  waitEntries,
} from '../rules/options.ts';
export { isPlainObject } from '../rules/plain.ts';
export { showAs } from '../rules/shown.ts';
export { Emitter, rethrowLater } from '../session/emitter.ts';
export type { Seen } from '../session/ending.ts';
export { evidenceOf } from '../session/ending.ts';
export { FloodLog } from '../session/flood-log.ts';
export type { Goodbye } from '../session/goodbye.ts';
export type { BeatStream } from '../session/heartbeat.ts';
export { Heartbeat } from '../session/heartbeat.ts';
export { warnOfIdle } from '../session/idle-warning.ts';
export { abortedError, limitWait } from '../session/patience.ts';
export type { Standing } from '../session/session.ts';
export { LiveSession } from '../session/session.ts';
export type { Publish, SessionParts } from '../session/session-parts.ts';
