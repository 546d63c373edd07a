/**
 * The rules of Systole: who is alive, what travels, what is promised. No I/O, no timers, no clock of its own.
 *
 * @module @systole/core
 */

export type { DeliveryFrame, Stream } from './machines/exchange.ts';
export type { Role } from './machines/handshake.ts';
export type { Belief, LivenessConfig, LivenessOutput, LivenessState, LivenessVerdict } from './machines/liveness.ts';
export { Liveness } from './machines/liveness.ts';
export type { LivenessNumbers } from './machines/liveness-numbers.ts';
export { FrameDecoder } from './rules/decoder.ts';
export type { DelimiterOptions } from './rules/delimited.ts';
export { delimited } from './rules/delimited.ts';
export type { DescribeOptions, Description } from './rules/describe.ts';
export { describe } from './rules/describe.ts';
export type { Duration } from './rules/duration.ts';
export { parseDuration } from './rules/duration.ts';
export { encodeFrame } from './rules/frame-codec.ts';
export type { Framer, Splitter } from './rules/framer.ts';
export type { Hello, Identity, Welcome, WireOffer } from './rules/hello.ts';
export type { Keepalive, KeepaliveOptions, KeepaliveSetting, Preset } from './rules/keepalive.ts';
export { boundMs, PRESETS, resolveKeepalive } from './rules/keepalive.ts';
export type { LengthPrefixOptions } from './rules/length-prefixed.ts';
export { lengthPrefixed } from './rules/length-prefixed.ts';
export { msgpackCodec } from './rules/msgpack-codec.ts';
export type { Terms } from './rules/negotiate.ts';
export type { SessionConfig, SessionOptions } from './rules/options.ts';
export { resolveSessionOptions } from './rules/options.ts';
export type { Rtt } from './rules/rtt.ts';
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
export type { NamedEnd } from './session/ending.ts';
export type { EventIterator } from './session/feed.ts';
export type { LivenessWish } from './session/heartbeat.ts';
export type { Cause, Evidence, Phase, Verdict } from './words/cause.ts';
export type { Alarm, AlarmOptions, AlarmOwner, Clock, Instant, Stall } from './words/clock.ts';
export { MIN_STALL_MS } from './words/clock.ts';
export type { Codec } from './words/codec.ts';
export type { ErrorCode, Fault, OptionProblem } from './words/errors.ts';
export { NotHandledError, OptionsError, ProtocolError, SystoleError } from './words/errors.ts';
export type {
  AckFrame,
  CloseCode,
  CloseFrame,
  DataFrame,
  FailureFrame,
  Frame,
  HelloFrame,
  Part,
  PingFrame,
  PongFrame,
  ResultFrame,
  ValueFrame,
  WelcomeFrame,
} from './words/frame.ts';
export { CLOSE_CODES, WIRE_VERSION } from './words/frame.ts';
export type { Health, HealthHook, HealthReport, HealthStatus } from './words/health.ts';
export type { Logger } from './words/logger.ts';
export type { Transport, TransportError, TransportListener } from './words/transport.ts';
