/**
 * Dials, knows within a chosen time whether the peer is alive, and comes back when it is not.
 *
 * @module @systole/client
 */

export type {
  Alarm,
  AlarmOptions,
  AlarmOwner,
  AliveEvent,
  AppStalledEvent,
  Belief,
  Cause,
  Clock,
  Codec,
  ConnectEvent,
  DeadEvent,
  DescribeOptions,
  Description,
  DisconnectEvent,
  Duration,
  EndEvent,
  ErrorCode,
  EventIterator,
  EventOf,
  Evidence,
  Fault,
  Health,
  HealthEvent,
  HealthHook,
  HealthStatus,
  Instant,
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
  SessionOptions,
  SessionSnapshot,
  Stall,
  SuspectEvent,
  TypedEvents,
  Verdict,
  VerifyOptions,
  WaitOptions,
} from '@systole/core';
export { describe, NotHandledError, OptionsError, PRESETS, SystoleError } from '@systole/core';
export type { PartOptions, SocketOptions } from '@systole/core/node';
export { CHANNELS } from '@systole/core/node';
export { attach, connect } from './client.ts';
export type { Client, ClientEvents, ReadyOptions } from './client-session.ts';
export type {
  AddressList,
  AttachOptions,
  ClientOptions,
  CommonOptions,
  DialOptions,
  ReconnectOptions,
} from './options.ts';
export type { TcpTarget, UnixTarget } from './target.ts';
export type { ClientTls } from './tls.ts';
