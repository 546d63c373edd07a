/**
 * Accepts sockets and knows, within a chosen time, which of their peers are alive.
 *
 * @module @systole/server
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
export type {
  ListenTarget,
  ServerAddress,
  TcpAddress,
  TcpListenOptions,
  TcpTarget,
  UnixAddress,
  UnixTarget,
} from './address.ts';
export type { EvictedEvent, RejectedEvent, Server, ServerEvents, ServerSnapshot } from './api.ts';
export type { Authenticate, PeerIntroduction } from './authentication.ts';
export { Rejection } from './authentication.ts';
export type { PeerCertificate, PeerTls } from './certificate.ts';
export type { AttachOptions, CloseOptions, ServerLimits, ServerOptions } from './options.ts';
export { createServer } from './server.ts';
export type { TlsServerOptions } from './tls-options.ts';
export type { ProxyProtocolOptions } from './trusted-proxies.ts';
