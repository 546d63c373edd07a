/**
 * The ready-made watch of node-redis.
 *
 * @module @systole/watch/redis
 */

import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { ReadyOptions, Watch } from '../api.ts';
import { endOf } from '../ends.ts';
import { refuse } from '../readable-tap.ts';
import { socketsOf } from '../sockets-of.ts';
import { StreamWatch } from '../stream-watch.ts';
import { answerOf } from './redis-answer.ts';
import { withProbe } from './with-probe.ts';

/** What is needed of a client of node-redis, the package `redis`. */
export interface RedisClient {
  /** Whether it has introduced itself, so that its commands go out. */
  readonly isReady: boolean;
  /** Dials. */
  connect(): Promise<unknown>;
  /** The probe. */
  ping(): Promise<unknown>;
  /** Hears of each connection. */
  on(event: 'connect', listener: () => void): unknown;
  /** Hears no more. */
  off(event: 'connect', listener: () => void): unknown;
}

/**
 * Connects a client of node-redis, and watches its server over this connection and each that the client opens after it.
 * Resolves when the client has connected, as its own `connect()` does; a server that accepts and never answers is found
 * meanwhile. The probe is the client's own PING, in line with its other commands. A verdict destroys the socket, and the client
 * comes back as its `reconnectStrategy` says.
 *
 * The client hides its sockets. Node tells of them as they are made, and the one that has just connected when the client says
 * `connect` is the client's.
 *
 * - Redis answers in order, so that PING waits behind a command that blocks, such as BLPOP: give that a timeout below
 *   `idle`, at which its empty answer comes.
 * - A pool, a cluster or a sentinel is made of many clients, and only a single client can be watched.
 * - A client that was closed, and shall come back, is given to this function again.
 *
 * Rejects with what `connect()` rejects with; with an OptionsError that lists every problem, before it connects; with a SystoleError
 * `ERR_SOCKET` if Node has not told of the socket, as Node 20 does not under TLS: the client is connected then, and not
 * watched.
 *
 * @example
 * const client = createClient().on('error', (error) => console.log(error));
 * const watch = await connectRedis(client, { keepalive: { idle: '5s', interval: '1s', probes: 3 } });
 * watch.on('dead', ({ cause, evidence }) => console.log(cause, evidence));
 */
export async function connectRedis(client: RedisClient, options: ReadyOptions = {}): Promise<Watch> {
  const watch = new StreamWatch(withProbe(options, () => ping(client)));
  let newest: Socket | undefined;
  const take = (): void => {
    if (newest !== undefined && endOf(newest) === undefined) watch.take(newest);
    newest = undefined;
  };
  client.on('connect', take);
  watch.onStop(() => client.off('connect', take));
  // Whatever the client's listeners dial is told of as well, but is not the last that connects before the client says so.
  const [connected, stopHearing] = socketsOf(
    () => client.connect(),
    (socket) => {
      socket.once(socket instanceof TLSSocket ? 'secureConnect' : 'connect', () => {
        newest = socket;
      });
    },
  );
  watch.onStop(stopHearing);
  try {
    await connected;
    const { state, epoch } = watch.inspect();
    if (state === 'waiting' && epoch === 0) throw refuse('one that Node tells of', 'none: for TLS, that takes Node 22');
  } catch (error) {
    watch.stop();
    throw error;
  }
  return watch;
}

/** Before it is ready, the client would keep a PING back; its introduction is on its way, and is answered as well. */
function ping(client: RedisClient): Promise<unknown> {
  return client.isReady ? answerOf(client.ping()) : new Promise(() => {});
}
