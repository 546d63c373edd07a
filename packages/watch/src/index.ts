/**
 * Watches any connection, also one whose protocol is not ours.
 *
 * @module @systole/watch
 */

export type {
  Alarm,
  AlarmOptions,
  AlarmOwner,
  AliveEvent,
  Belief,
  Cause,
  Clock,
  DeadEvent,
  DelimiterOptions,
  DescribeOptions,
  Description,
  DisconnectEvent,
  Duration,
  ErrorCode,
  EventIterator,
  EventOf,
  Evidence,
  Fault,
  Framer,
  Instant,
  Keepalive,
  KeepaliveOptions,
  KeepaliveSetting,
  LengthPrefixOptions,
  Logger,
  NamedEnd,
  OptionProblem,
  Phase,
  Preset,
  Rtt,
  Splitter,
  Stall,
  SuspectEvent,
  TypedEvents,
  Verdict,
  WaitOptions,
} from '@systole/core';
export { delimited, describe, lengthPrefixed, OptionsError, PRESETS, SystoleError } from '@systole/core';
export type {
  FollowingWatch,
  IdleEvent,
  IdleOptions,
  Probe,
  ReadyOptions,
  ReplyOptions,
  Watch,
  WatchEvents,
  WatchedEvent,
  WatchOptions,
  WatchSnapshot,
} from './api.ts';
export { WATCH_CHANNELS } from './diagnostics.ts';
export { socketsOf } from './sockets-of.ts';
export type { Tap, TapListener } from './tap.ts';
export { follow, watch } from './watch.ts';
