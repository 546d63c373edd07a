/**
 * The ready-made watch of ioredis.
 *
 * @module @systole/watch/ioredis
 */

import type { Socket } from 'node:net';
import type { ReadyOptions, Watch } from '../api.ts';
import { endOf } from '../ends.ts';
import { refuse } from '../readable-tap.ts';
import { StreamWatch } from '../stream-watch.ts';
import { answerOf } from './redis-answer.ts';
import { withProbe } from './with-probe.ts';

/** What is needed of a `Redis` of ioredis. */
export interface IoredisClient {
  /** `connect` while it introduces itself, `ready` from then on. */
  readonly status: string;
  /** Of its newest connection. */
  readonly stream: Socket;
  /** The probe when it is ready. */
  ping(): Promise<unknown>;
  /** The probe while it introduces itself. */
  client(subcommand: 'GETNAME'): Promise<unknown>;
  /** Hears of each connection. */
  on(event: 'connect', listener: () => void): unknown;
  /** Hears no more. */
  off(event: 'connect', listener: () => void): unknown;
}

/** A second watch would take each stream of the first one's client, but for the first one. */
const watched = new WeakSet<IoredisClient>();

/**
 * Watches the server of an ioredis client, over the connection that it has and over each that it opens: from `connect` on,
 * so that a server that accepts and never answers is found too. The probe is the client's own PING, in line with its other
 * commands. A verdict destroys the socket, and the client comes back as its `retryStrategy` says.
 *
 * - Redis answers in order, so that PING waits behind a command that blocks, such as BLPOP: give that a timeout below
 *   `idle`, at which its empty answer comes. A client in `monitor` mode cannot ping at all, and counts as alive only while
 *   there is something to monitor.
 * - `multi({ pipeline: false })` takes in whatever the client sends until `exec()`, a PING too: use pipelines.
 * - With sentinels, the connection to the master is watched, not those to the sentinels. A `Cluster` has no stream; each
 *   of its nodes is a `Redis` that has: `cluster.on('+node', (node) => watchIoredis(node, options))`.
 *
 * @throws OptionsError that lists every problem; SystoleError with `ERR_SOCKET` if the client, or its stream, is watched
 * already.
 *
 * @example
 * const redis = new Redis();
 * const watch = watchIoredis(redis, { keepalive: { idle: '5s', interval: '1s', probes: 3 } });
 * watch.on('dead', ({ cause, evidence }) => console.log(cause, evidence));
 */
export function watchIoredis(redis: IoredisClient, options: ReadyOptions = {}): Watch {
  if (watched.has(redis)) throw refuse('of a client that is watched once', 'one of a client that is watched already');
  const watch = new StreamWatch(withProbe(options, () => answerOf(ping(redis))));
  let taken: Socket | undefined;
  const take = (): void => {
    const { stream } = redis;
    // `connect` is told a little later than it happens: the stream may be known already, or gone again.
    if (stream === taken || endOf(stream) !== undefined) return;
    watch.take(stream);
    taken = stream;
  };
  watched.add(redis);
  redis.on('connect', take);
  watch.onStop(() => {
    watched.delete(redis);
    redis.off('connect', take);
  });
  try {
    if (redis.status === 'connect' || redis.status === 'ready') take();
  } catch (error) {
    watch.stop();
    throw error;
  }
  return watch;
}

/** Before it is ready, the client would keep a PING back: for long, if the server is still loading its data. */
function ping(redis: IoredisClient): Promise<unknown> {
  return redis.status === 'ready' ? redis.ping() : redis.client('GETNAME');
}
