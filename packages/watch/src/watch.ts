/** The two ways to begin a watch. */

import type { Readable } from 'node:stream';
import type { FollowingWatch, Watch, WatchOptions } from './api.ts';
import { StreamWatch } from './stream-watch.ts';
import type { Tap } from './tap.ts';

/**
 * Watches a stream whose protocol is somebody else's, from now until it ends: any bytes that come are evidence (L2), and the
 * verdict comes `idle + interval x probes` after the last. It is only looked at; a stream that nobody reads is not started.
 *
 * - A socket of node:net or node:tls: its own counters are read now and then, raw bytes under TLS. Nothing is added to it
 *   but listeners for its end.
 * - Any other stream: its `push` and `write` count what passes, until {@link Watch.stop}.
 * - What is no stream: give a {@link Tap} of your own, which counts and ends it.
 *
 * @throws OptionsError that lists every problem; SystoleError with `ERR_SOCKET` for a stream that has ended, is not
 * connected yet, or is watched already. Nothing was changed then.
 */
export function watch(stream: Readable | Tap, options: WatchOptions = {}): Watch {
  return new StreamWatch(options).takeOnly(() => stream);
}

/**
 * A watch for a client that reconnects by itself: give it each stream that it opens with {@link FollowingWatch.take}.
 *
 * @throws OptionsError that lists every problem.
 */
export function follow(options: WatchOptions = {}): FollowingWatch {
  return new StreamWatch(options);
}
