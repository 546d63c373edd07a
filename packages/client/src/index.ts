/**
 * Dials, knows within a chosen time whether the peer is alive, and comes back when it is not.
 *
 * @packageDocumentation
 */

export type {
  AliveEvent,
  AppStalledEvent,
  Belief,
  Cause,
  Clock,
  Codec,
  ConnectEvent,
  DeadEvent,
  Description,
  DisconnectEvent,
  Duration,
  EndEvent,
  ErrorCode,
  EventOf,
  Evidence,
  Fault,
  Health,
  HealthEvent,
  HealthHook,
  HealthStatus,
  Keepalive,
  KeepaliveOptions,
  KeepaliveSetting,
  Logger,
  MessageHandler,
  OptionProblem,
  Peer,
  Phase,
  Preset,
  ReconnectingEvent,
  Rtt,
  SendOptions,
  Session,
  SessionEvents,
  SessionSnapshot,
  Stall,
  SuspectEvent,
  TypedEvents,
  VerifyOptions,
  WaitOptions,
} from '@systole/core';
export { describe, NotHandledError, OptionsError, PRESETS, SystoleError } from '@systole/core';
export { CHANNELS } from '@systole/core/node';
export { attach, connect } from './client.ts';
export type { Client, ClientEvents, ReadyOptions } from './client-session.ts';
export type { AttachOptions, ClientOptions, CommonOptions, ReconnectOptions } from './options.ts';
export type { TcpTarget, UnixTarget } from './target.ts';
export type { ClientTls } from './tls.ts';
