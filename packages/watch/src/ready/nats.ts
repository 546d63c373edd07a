/**
 * The ready-made watch of NATS.
 *
 * @module @systole/watch/nats
 */

import { Socket } from 'node:net';
import { socketBelow } from '@systole/core/internal';
import type { ReadyOptions, Watch } from '../api.ts';
import { endOf } from '../ends.ts';
import { refuse } from '../readable-tap.ts';
import { socketsOf } from '../sockets-of.ts';
import { StreamWatch } from '../stream-watch.ts';
import { withProbe } from './with-probe.ts';

/** What is needed of a connection of `@nats-io/transport-node`. */
export interface NatsConnection {
  /** Sends a PING. Resolves at its PONG, and rejects if the connection is lost before. */
  flush(): Promise<unknown>;
  /** What happens to the connection: `disconnect` and `reconnect`, among others. */
  status(): NatsStatuses;
  /** Resolves when the connection is closed for good. */
  closed(): Promise<unknown>;
  /** Closes it. */
  close(): Promise<unknown>;
  /** The server's host and port. */
  getServer(): string;
}

/** A queue that the client fills for whoever reads it, until it is stopped. */
export interface NatsStatuses {
  /** It has this one, though its type does not say so. */
  stop?(): void;
  [Symbol.asyncIterator](): { next(): Promise<IteratorResult<{ readonly type: string }, unknown>> };
}

/**
 * Opens a connection to NATS, and watches its server over each socket that the connection has, one after the other. The probe is the
 * client's own PING, by `flush()`, and PONG its answer. A verdict destroys the socket, and the client comes back as its
 * `reconnect` options say. The watch stops when the connection is closed for good.
 *
 * The client hides its sockets, so `open` is run here: Node tells of the sockets that are made in it, and the client's is the
 * newest that has connected to the port that the connection names.
 *
 * - The client's own `pingInterval` goes on. It is 2 minutes, and finds a frozen server after 4 to 6.
 * - A server that accepts a connection and never introduces itself is left to the client's `timeout`.
 * - A client gives up after `maxReconnectAttempts`, which are 10: to come back whatever happens, set -1.
 *
 * Rejects with what `open` rejects with; with an OptionsError that lists every problem, before it is called; with a SystoleError
 * `ERR_SOCKET`, the connection being closed again, if Node has not told of the socket: `open` has not made it, or Node 20 was to
 * dial with `handshakeFirst`.
 *
 * @example
 * const [connection, watch] = await connectNats(() => connect({ servers: '127.0.0.1' }), {
 *   keepalive: { idle: '5s', interval: '1s', probes: 3 },
 * });
 * watch.on('dead', ({ cause, evidence }) => console.log(cause, evidence));
 */
export async function connectNats<Connection extends NatsConnection>(
  open: () => Promise<Connection>,
  options: ReadyOptions = {},
): Promise<[connection: Connection, watch: Watch]> {
  let connection: Connection | undefined;
  const watch = new StreamWatch(withProbe(options, () => connection?.flush()));
  try {
    const sockets = new NewestSockets();
    const [opened, stopHearing] = socketsOf(open, (socket) => sockets.hear(socket));
    watch.onStop(stopHearing);
    connection = await opened;
    if (!takeSocket(watch, connection, sockets) && watch.inspect().state !== 'stopped') {
      await connection.close();
      throw refuse('one that Node tells of, made in the function that is given', `none to ${connection.getServer()}`);
    }
    followConnection(watch, connection, sockets);
    return [connection, watch];
  } catch (error) {
    watch.stop();
    throw error;
  }
}

/** The newest socket that has connected to each port: whatever the listeners of a connection dial is told of as well. */
class NewestSockets {
  readonly #sockets = new Map<number | undefined, Socket>();

  hear(socket: Socket): void {
    socket.once('connect', () => this.#sockets.set(socket.remotePort, socket));
  }

  /** Removes it, and all others. */
  take(port: number): Socket | undefined {
    const socket = this.#sockets.get(port);
    this.#sockets.clear();
    return socket;
  }
}

/** Whether there is one. It may have ended meanwhile. */
function takeSocket(watch: StreamWatch, connection: NatsConnection, sockets: NewestSockets): boolean {
  const server = connection.getServer();
  const socket = sockets.take(Number(server.slice(server.lastIndexOf(':') + 1)));
  if (socket === undefined) return false;
  const top = topOf(socket, connection);
  if (endOf(top) === undefined) watch.take(top);
  return true;
}

/**
 * The TLS socket that the client has put on this one: it alone hears how both end. The client has no public way to it. Should
 * this one go, the end of a connection over TLS reads `closed-locally`, and a test tells.
 */
function topOf(socket: Socket, connection: NatsConnection): Socket {
  const { protocol } = connection as { readonly protocol?: { readonly transport?: { readonly socket?: unknown } } };
  const top = protocol?.transport?.socket;
  return top instanceof Socket && socketBelow(top) === socket ? top : socket;
}

/** The client takes all listeners off a socket before it ends it, so that it is looked at when the client says so. */
function followConnection(watch: StreamWatch, connection: NatsConnection, sockets: NewestSockets): void {
  const statuses = connection.status();
  watch.onStop(() => statuses.stop?.());
  const follow = async (): Promise<void> => {
    for await (const { type } of statuses) {
      if (type === 'disconnect') watch.lookForEnd();
      if (type === 'reconnect') takeSocket(watch, connection, sockets);
    }
  };
  void follow();
  void connection.closed().then(() => {
    watch.lookForEnd();
    watch.stop();
  });
}
