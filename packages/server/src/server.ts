/** The server: accepts sockets, makes sessions of those that introduce themselves, and says goodbye to all when it closes. */

import { once } from 'node:events';
import type { Server as NetServer, Socket } from 'node:net';
import { createServer as createNetServer } from 'node:net';
import type {
  Cause,
  Ending,
  Evidence,
  Hello,
  MessageHandler,
  Session,
  SessionConfig,
  SessionParts,
  Stall,
  TypedEvents,
} from '@systole/core';
import { Connection, Emitter, fillSessionOptions, SystoleError } from '@systole/core';
import { publishRejected, resolveParts, SocketTransport } from '@systole/core/node';
import { pino } from 'pino';
import type { ListenTarget, ServerAddress, TcpAddress, TcpTarget, UnixAddress, UnixTarget } from './address.ts';
import { peerAddressOf, toListenOptions, toServerAddress } from './address.ts';
import type { ArrivalHost } from './arrival.ts';
import { Arrival } from './arrival.ts';
import type { ServerOptions } from './options.ts';
import { checkServerOptions } from './options.ts';
import type { SessionHost } from './server-session.ts';
import { ServerSession } from './server-session.ts';

/** A connection that did not become a session. */
export interface RejectedEvent {
  readonly address: string;
  readonly cause: Cause;
  readonly evidence: Evidence;
}

/** The events of a server. */
export interface ServerEvents {
  /** A peer has introduced itself; told once for each session, before its `connect`. */
  readonly session: Session;
  readonly rejected: RejectedEvent;
  /** Our own process did not run for a while, longer than a quarter of the interval: nobody was judged for it. */
  readonly stall: Stall;
}

/** A server at one moment. */
export interface ServerSnapshot {
  readonly address: ServerAddress | undefined;
  readonly sessions: number;
  /** Connections that have not introduced themselves yet. */
  readonly arrivals: number;
}

/** Accepts sockets and owns sessions. */
export interface Server extends TypedEvents<ServerEvents> {
  /** The sessions that are established. */
  readonly sessions: ReadonlySet<Session>;
  /** Where it listens; undefined while it does not. */
  readonly address: ServerAddress | undefined;
  /** Listens; resolves once it does. Rejects with `ERR_LISTEN`, whose `cause` is the system's error, or with `ERR_OPTIONS`. */
  listen(target: TcpTarget): Promise<TcpAddress>;
  listen(target: UnixTarget): Promise<UnixAddress>;
  listen(target: ListenTarget): Promise<ServerAddress>;
  /** Stops listening, says goodbye to every session so that clients look for another server, and resolves when all are gone. */
  close(): Promise<void>;
  /** A plain snapshot. */
  inspect(): ServerSnapshot;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Makes a server; `listen` starts it.
 *
 * @throws OptionsError that lists everything wrong with the options.
 */
export function createServer(options: ServerOptions = {}): Server {
  checkServerOptions(options);
  const parts = resolveParts(options, pino({ level: 'silent' }));
  return new LiveServer(parts, fillSessionOptions(options), options.onMessage);
}

class LiveServer extends Emitter<ServerEvents> implements Server, ArrivalHost, SessionHost {
  readonly #parts: SessionParts;
  readonly #config: SessionConfig;
  readonly #handler: MessageHandler | undefined;
  readonly #net: NetServer;
  readonly #sessions = new Set<ServerSession>();
  readonly #arrivals = new Map<Arrival, Connection>();
  readonly #stopHearingStalls: () => void;
  #closed: Promise<void> | undefined;

  constructor(parts: SessionParts, config: SessionConfig, handler: MessageHandler | undefined) {
    super();
    this.#parts = parts;
    this.#config = config;
    this.#handler = handler;
    // Half-open, because a goodbye goes on after the peer's FIN.
    this.#net = createNetServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#handleSocket(socket));
    // Only accept() can still fail once it listens, by lack of files; the next connection may fare better.
    this.#net.on('error', (err) => this.#net.listening && this.#parts.logger.error({ err }, 'accepting failed'));
    this.#stopHearingStalls = parts.clock.onStall((stall) => this.#handleStall(stall));
  }

  get sessions(): ReadonlySet<Session> {
    return this.#sessions;
  }

  get address(): ServerAddress | undefined {
    // Node remembers the path of a Unix socket after it is closed.
    return this.#net.listening ? toServerAddress(this.#net.address()) : undefined;
  }

  listen(target: TcpTarget): Promise<TcpAddress>;
  listen(target: UnixTarget): Promise<UnixAddress>;
  listen(target: ListenTarget): Promise<ServerAddress>;
  async listen(target: ListenTarget): Promise<ServerAddress> {
    const options = toListenOptions(target);
    if (this.#closed !== undefined) throw new SystoleError('ERR_CLOSED', 'the server is closed');
    const waiting = new AbortController();
    try {
      this.#net.listen(options);
      // Closed before it listened, it tells 'close' alone.
      await Promise.race(['listening', 'close'].map((event) => once(this.#net, event, { signal: waiting.signal })));
    } catch (cause) {
      const where = 'path' in options ? options.path : `${options.host ?? '*'}:${options.port}`;
      throw new SystoleError('ERR_LISTEN', `could not listen at ${where}: ${(cause as Error).message}`, { cause });
    } finally {
      waiting.abort();
    }
    // Closed while a name was looked up, it listens nevertheless.
    if (this.#closed !== undefined) this.#net.close();
    const { address } = this;
    if (address === undefined) throw new SystoleError('ERR_CLOSED', 'the server was closed before it listened');
    this.#parts.logger.info({ address }, 'listening');
    return address;
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const isListening = this.#net.listening;
    if (isListening) this.#net.close();
    for (const connection of this.#arrivals.values()) connection.destroy('closed-locally', 'the server is closing');
    const goodbye = { scope: 'connection', code: 'going-away', retryAfterMs: 0, spreadMs: 0, reason: '' } as const;
    await Promise.all([...this.#sessions].map((session) => session.sayGoodbye(goodbye)));
    this.#stopHearingStalls();
    this.#parts.logger.info({}, 'closed');
    this.finish();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  inspect(): ServerSnapshot {
    return { address: this.address, sessions: this.#sessions.size, arrivals: this.#arrivals.size };
  }

  // Arrivals.

  #handleSocket(socket: Socket): void {
    const { clock } = this.#parts;
    const arrival = new Arrival(this, peerAddressOf(socket));
    const init = {
      role: 'server',
      config: this.#config,
      codecName: this.#parts.codec.name,
      epoch: 0,
      handshakeDeadline: clock.now() + this.#config.handshakeTimeoutMs,
    } as const;
    const connection = new Connection(this.#parts, init, arrival, (listener) => {
      const transport = new SocketTransport(socket);
      transport.attach(listener);
      return transport;
    });
    this.#arrivals.set(arrival, connection);
  }

  welcome(arrival: Arrival, hello: Hello): void {
    const connection = this.#arrivals.get(arrival);
    if (connection === undefined) return;
    this.#arrivals.delete(arrival);
    const session = new ServerSession(this.#parts, this.#config, this.#handler, this);
    session.welcome(connection, hello, arrival.address, this.#config.metadata);
  }

  reject(arrival: Arrival, { cause, evidence }: Ending): void {
    this.#arrivals.delete(arrival);
    const payload = { address: arrival.address, cause, evidence };
    publishRejected(payload);
    this.#parts.logger.warn(payload, 'connection rejected');
    this.emit('rejected', payload);
  }

  // Sessions.

  handleSession(session: ServerSession): void {
    this.#sessions.add(session);
    this.emit('session', session);
  }

  handleSessionEnd(session: ServerSession): void {
    this.#sessions.delete(session);
  }

  #handleStall(stall: Stall): void {
    const { keepalive } = this.#config;
    if (keepalive === undefined || stall.durationMs <= keepalive.intervalMs / 4) return;
    this.#parts.logger.warn({ stall }, 'process stalled');
    this.emit('stall', stall);
  }
}
