/** Those that are compared by what it costs to have connections and to watch them: bare sockets, and all who watch theirs. */

import type { RivalName } from './rivals.ts';

/** Bare sockets that nobody watches: what the others are measured by. */
export const FLOOR = 'net, unwatched';

/** The heartbeat that people write by hand. */
export const BY_HAND = 'net, a timer each';

export const WATCHED = {
  [FLOOR]: { rival: 'net', isWatched: false },
  [BY_HAND]: { rival: 'net', isWatched: true },
  ws: { rival: 'ws', isWatched: true },
  'engine.io': { rival: 'engine.io', isWatched: true },
  systole: { rival: 'systole', isWatched: true },
} as const satisfies Readonly<Record<string, { readonly rival: RivalName; readonly isWatched: boolean }>>;

export type WatchedName = keyof typeof WATCHED;

export const WATCHED_NAMES = Object.keys(WATCHED) as readonly WatchedName[];
