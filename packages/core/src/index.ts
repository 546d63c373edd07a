/**
 * The rules of Systole: who is alive, what travels, what is promised. No I/O, no timers, no clock of its own.
 *
 * @packageDocumentation
 */

export type { DeliveryFrame, Stream } from './machines/exchange.ts';
export type { Role } from './machines/handshake.ts';
export type { Belief, LivenessConfig, LivenessOutput, LivenessState, LivenessVerdict } from './machines/liveness.ts';
export { Liveness } from './machines/liveness.ts';
export {
  booleanSchema,
  checkOptions,
  durationSchema,
  functionSchema,
  integerSchema,
  methodsSchema,
  plainSchema,
  signalSchema,
} from './rules/checks.ts';
export { causeOfTransportError } from './rules/classify.ts';
export { FrameDecoder } from './rules/decoder.ts';
export type { DelimiterOptions } from './rules/delimited.ts';
export { delimited } from './rules/delimited.ts';
export type { DescribeOptions, Description } from './rules/describe.ts';
export { describe } from './rules/describe.ts';
export type { Duration } from './rules/duration.ts';
export { parseDuration } from './rules/duration.ts';
export { encodeFrame } from './rules/frame-codec.ts';
export type { Framer, Splitter } from './rules/framer.ts';
export type { Hello, Welcome } from './rules/hello.ts';
export type { Keepalive, KeepaliveOptions, KeepaliveSetting, Preset } from './rules/keepalive.ts';
export { boundMs, PRESETS, resolveKeepalive } from './rules/keepalive.ts';
export type { LengthPrefixOptions } from './rules/length-prefixed.ts';
export { lengthPrefixed } from './rules/length-prefixed.ts';
export { MAX_RETRY_MS } from './rules/limits.ts';
export { msgpackCodec } from './rules/msgpack-codec.ts';
export type { Terms } from './rules/negotiate.ts';
export type { SessionConfig, SessionOptions } from './rules/options.ts';
export {
  fillSessionOptions,
  findSessionContradictions,
  partEntries,
  resolveSessionOptions,
  sessionEntries,
  socketEntries,
  waitEntries,
} from './rules/options.ts';
export { isPlainObject } from './rules/plain.ts';
export type { Rtt } from './rules/rtt.ts';
export { showAs } from './rules/shown.ts';
export type {
  AliveEvent,
  AppStalledEvent,
  ConnectEvent,
  DeadEvent,
  DisconnectEvent,
  EndEvent,
  HealthEvent,
  MessageHandler,
  Peer,
  ReconnectingEvent,
  SendOptions,
  Session,
  SessionEvents,
  SessionSnapshot,
  SuspectEvent,
  VerifyOptions,
} from './session/api.ts';
export { Connection } from './session/connection.ts';
export type {
  ConnectionInit,
  ConnectionOwner,
  ConnectionParts,
  Ending,
  Introduction,
  LivenessTiding,
  Refusal,
} from './session/connection-owner.ts';
export type { EventOf, TypedEvents, WaitOptions } from './session/emitter.ts';
export { Emitter, rethrowLater } from './session/emitter.ts';
export type { NamedEnd, Seen } from './session/ending.ts';
export { evidenceOf } from './session/ending.ts';
export { FloodLog } from './session/flood-log.ts';
export type { Goodbye } from './session/goodbye.ts';
export type { BeatStream, LivenessWish } from './session/heartbeat.ts';
export { Heartbeat } from './session/heartbeat.ts';
export { warnOfIdle } from './session/idle-warning.ts';
export { abortedError, limitWait } from './session/patience.ts';
export type { Standing } from './session/session.ts';
export { LiveSession } from './session/session.ts';
export type { Publish, SessionParts } from './session/session-parts.ts';
export type { Cause, Evidence, Phase } from './words/cause.ts';
export type { Alarm, AlarmOptions, AlarmOwner, Clock, Instant, Stall } from './words/clock.ts';
export { MIN_STALL_MS } from './words/clock.ts';
export type { Codec } from './words/codec.ts';
export type { ErrorCode, Fault, OptionProblem } from './words/errors.ts';
export { NotHandledError, OptionsError, ProtocolError, SystoleError } from './words/errors.ts';
export type { CloseCode, CloseFrame, Frame, HelloFrame, PongFrame, WelcomeFrame } from './words/frame.ts';
export { WIRE_VERSION } from './words/frame.ts';
export type { Health, HealthHook, HealthStatus } from './words/health.ts';
export type { Logger } from './words/logger.ts';
export type { Transport, TransportError, TransportListener } from './words/transport.ts';
