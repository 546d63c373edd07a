/**
 * Watches any connection, also one whose protocol is not ours.
 *
 * @packageDocumentation
 */

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
