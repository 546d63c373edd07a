/**
 * Watches any connection, also one whose protocol is not ours.
 *
 * @packageDocumentation
 */

export type {
  AliveEvent,
  Belief,
  Cause,
  Clock,
  DeadEvent,
  Description,
  DisconnectEvent,
  Duration,
  Evidence,
  Framer,
  Keepalive,
  KeepaliveOptions,
  KeepaliveSetting,
  Logger,
  NamedEnd,
  Rtt,
  Splitter,
  Stall,
  SuspectEvent,
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
