/** The server: listens, owns its sessions, and says goodbye to all when it closes. */

import type { Server as NetServer, Socket } from 'node:net';
import { createServer as createNetServer } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import type { Connection, Instant, MessageHandler, Session, Stall } from '@systole/core';
import { OptionsError, SystoleError } from '@systole/core';
import type { SessionParts } from '@systole/core/internal';
import { Emitter, resolveParts, showAs, takeOver, warnOfIdle } from '@systole/core/internal';
import { pino } from 'pino';
import type { ListenTarget, ServerAddress, TcpAddress, TcpTarget, UnixAddress, UnixTarget } from './address.ts';
import { toListenOptions, toServerAddress } from './address.ts';
import type { RejectedEvent, Server, ServerEvents, ServerSnapshot } from './api.ts';
import type { Dismissal } from './judge.ts';
import { startListening } from './listening.ts';
import type { AttachOptions, CloseOptions, ServerConfig, ServerOptions } from './options.ts';
import { checkAttachOptions, resolveCloseOptions, resolveServerOptions } from './options.ts';
import type { ParkingBound } from './parking.ts';
import type { ReceptionHost } from './reception.ts';
import { Reception } from './reception.ts';
import type { RegistryHost } from './registry.ts';
import { Registry } from './registry.ts';
import type { Guest, SessionHost } from './server-session.ts';
import { ServerSession } from './server-session.ts';
import { TlsStage } from './tls-stage.ts';
import { TrustedProxies } from './trusted-proxies.ts';

/**
 * Makes a server; `listen` starts it, and `attach` gives it sockets of others.
 *
 * @throws OptionsError that lists everything wrong with the options.
 */
export function createServer(options: ServerOptions = {}): Server {
  const config = resolveServerOptions(options);
  return new LiveServer(resolveParts(options, pino({ level: 'silent' }), 'server'), config, options);
}

class LiveServer extends Emitter<ServerEvents> implements Server, ReceptionHost, RegistryHost, SessionHost {
  static {
    showAs('Server', LiveServer.prototype);
  }

  readonly #parts: SessionParts;
  readonly #config: ServerConfig;
  readonly #handler: MessageHandler | undefined;
  readonly #tls: TlsStage | undefined;
  readonly #reception: Reception;
  readonly #net: NetServer;
  readonly #registry: Registry;
  readonly #stopHearingStalls: () => void;
  #stage: 'open' | 'closing' | 'closed' = 'open';
  #closed: Promise<void> | undefined;

  constructor(parts: SessionParts, config: ServerConfig, options: ServerOptions) {
    super();
    const { onMessage, authenticate, tls, proxyProtocol } = options;
    const proxies = proxyProtocol === undefined ? undefined : new TrustedProxies(proxyProtocol);
    this.#parts = parts;
    this.#config = config;
    this.#handler = onMessage;
    warnOfIdle(config.session, parts.logger);
    this.#registry = new Registry(parts.clock, parts.logger, { ...config.parking, ...config.identity }, this);
    this.#tls = tls === undefined ? undefined : new TlsStage(tls);
    this.#reception = new Reception(parts, config, { tls: this.#tls, proxies, authenticate }, this);
    // Half-open, because a goodbye goes on after the peer's FIN.
    this.#net = createNetServer({ allowHalfOpen: true }, (socket) => this.#reception.receive(socket));
    // Only accept() can still fail once it listens. Without files left, Node accepts and closes at once, and tells nobody.
    this.#net.on('error', (err) => this.#net.listening && parts.logger.error({ err }, 'accepting failed'));
    this.#stopHearingStalls = parts.clock.onStall((stall) => this.#handleStall(stall));
  }

  get sessions(): ReadonlySet<Session> {
    return this.#registry.all;
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
    this.#refuseClosed();
    try {
      await startListening(this.#net, options);
    } catch (cause) {
      const where = 'path' in options ? options.path : `${options.host ?? '*'}:${options.port}`;
      throw new SystoleError('ERR_LISTEN', `could not listen at ${where}: ${(cause as Error).message}`, { cause });
    }
    // Closed while a name was looked up, it listens nevertheless.
    if (this.#stage !== 'open') this.#net.close();
    const { address } = this;
    if (address === undefined) throw new SystoleError('ERR_CLOSED', 'the server was closed before it listened');
    this.#parts.logger.info({ address }, 'listening');
    return address;
  }

  attach(socket: Socket, options: AttachOptions = {}): void {
    checkAttachOptions(options);
    this.#refuseClosed();
    takeOver(socket, options.head);
    this.#reception.adopt(socket);
  }

  setSecureContext(options: SecureContextOptions): void {
    if (this.#tls === undefined) {
      throw new OptionsError([{ path: 'tls', requirement: 'given to createServer, to be renewed', value: undefined }]);
    }
    this.#tls.setSecureContext(options);
    this.#parts.logger.info({}, 'certificates renewed');
  }

  async close(options: CloseOptions = {}): Promise<void> {
    const { closeTimeoutMs } = this.#config.session;
    const { drainMs, ...retry } = resolveCloseOptions(options, this.#registry.connected, closeTimeoutMs);
    const goodbye = { scope: 'connection', code: 'going-away', reason: 'the server is closing', ...retry } as const;
    if (this.#stage === 'open' && this.#net.listening) this.#net.close();
    if (this.#stage === 'open') this.#stage = 'closing';
    const gone = Promise.all([...this.#registry.all].map((session) => session.sayGoodbye(goodbye, drainMs)));
    this.#closed ??= this.#finishWhen(gone);
    await this.#closed;
  }

  async #finishWhen(gone: Promise<unknown>): Promise<void> {
    this.#reception.dismissAll();
    await gone;
    this.#stopHearingStalls();
    this.#stage = 'closed';
    this.#parts.logger.info({}, 'closed');
    this.finish();
  }

  #refuseClosed(): void {
    if (this.#stage !== 'open') throw new SystoleError('ERR_CLOSED', 'the server is closed');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  inspect(): ServerSnapshot {
    const { limits } = this.#config;
    const { address } = this;
    const { connected, parked } = this.#registry;
    return { address, state: this.#state(), sessions: connected, parked, ...this.#reception.counts, limits };
  }

  #state(): ServerSnapshot['state'] {
    if (this.#stage !== 'open') return this.#stage;
    return this.#net.listening ? 'listening' : 'idle';
  }

  // What the reception tells.

  get connected(): number {
    return this.#registry.connected;
  }

  isAttached(id: string): boolean {
    return this.#registry.isAttached(id);
  }

  find(guest: Guest): ServerSession | Dismissal | undefined {
    return this.#registry.find(guest);
  }

  admit(connection: Connection, guest: Guest, found: ServerSession | undefined): void {
    found?.handOver(guest);
    // It may have been closing, or have been ended by a listener.
    const kept = found?.isEnded === false ? found : undefined;
    if (kept === undefined) this.#registry.makeWay(guest);
    // A listener of a `disconnect` may have closed the server, which has forgotten this arrival already.
    if (this.#stage !== 'open') return connection.destroy('closed-locally', 'the server is closing');
    const session = kept ?? this.#newSession();
    this.#registry.reclaim(session);
    session.welcome(connection, guest);
  }

  #newSession(): ServerSession {
    return new ServerSession(this.#parts, this.#config.session, this.#handler, this);
  }

  handleRejected(event: RejectedEvent): void {
    this.emit('rejected', event);
  }

  // What the registry tells.

  handleEvicted(session: ServerSession, bound: ParkingBound): void {
    this.#parts.logger.warn({ session: session.id, bound }, 'session evicted');
    this.emit('evicted', { session, bound });
  }

  // What sessions ask and tell.

  get maxConnectionAgeMs(): number | undefined {
    return this.#config.maxConnectionAgeMs;
  }

  handleSession(session: ServerSession): void {
    this.#registry.add(session);
    this.emit('session', session);
  }

  handleLost(session: ServerSession, deadline: Instant): boolean {
    if (this.#stage !== 'open') return false;
    this.#registry.park(session, deadline);
    return true;
  }

  handleIdleChange(session: ServerSession): void {
    this.#registry.update(session);
  }

  handleSessionEnd(session: ServerSession): void {
    this.#registry.delete(session);
  }

  #handleStall(stall: Stall): void {
    const { keepalive } = this.#config.session;
    if (keepalive === undefined || stall.durationMs <= keepalive.intervalMs / 4) return;
    this.#parts.logger.warn({ stall }, 'process stalled');
    this.emit('stall', stall);
  }
}
