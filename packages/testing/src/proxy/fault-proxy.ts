/** A TCP proxy that breaks connections on demand: it stands between a client and a server, and is the network's bad day. */

import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { SystoleError, type TypedEvents } from '@systole/core';
import { Emitter } from '@systole/core/internal';
import { type Address, addressOfServer, showAddress } from './address.ts';
import type { Condition } from './condition.ts';
import { type Direction, directionsOf, type Toward } from './direction.ts';
import { checkAct, checkSet, checkTruncate, type Ending, type Faults } from './faults.ts';
import { type FaultProxyConfig, type FaultProxyOptions, resolveFaultProxyOptions } from './options.ts';
import {
  type ConnectionOwner,
  type ConnectionSnapshot,
  ProxiedConnection,
  type ProxyConnection,
} from './proxied-connection.ts';

/** The events of a proxy. */
export interface FaultProxyEvents {
  /** A client has come. The target has not been dialled yet: faults that are set now hold from its first byte on. */
  readonly connection: ProxyConnection;
  /** The target refused, or did not answer in time. The client has been reset, which is as near to a refusal as a proxy comes. */
  readonly refused: { readonly connection: ProxyConnection; readonly error: Error };
  /** Both sockets of a connection are gone. */
  readonly end: ProxyConnection;
}

/** A proxy at one moment. */
export interface FaultProxySnapshot {
  /** Where it listens. */
  readonly address: Address;
  /** Whom it connects clients to. */
  readonly target: Address;
  /** What connections that come begin with. */
  readonly conditions: Readonly<Record<Direction, Condition>>;
  /** Clients that have come since it started. */
  readonly accepted: number;
  /** Those of them for whom the target could not be reached. */
  readonly refused: number;
  /** Why not, the last time. */
  readonly lastRefusal: string | undefined;
  /** Those that are there now. */
  readonly connections: readonly ConnectionSnapshot[];
}

/**
 * A running proxy. Its faults are those of all connections: a condition holds for those that are live and those that come, an act
 * happens to those that are there.
 */
export interface FaultProxy extends Faults, TypedEvents<FaultProxyEvents> {
  /** Where it listens. */
  readonly address: Address;
  /** The connections of which a socket is left, oldest first. */
  readonly connections: ReadonlySet<ProxyConnection>;
  /** A plain snapshot. */
  inspect(): FaultProxySnapshot;
  /** Stops listening, destroys every connection, and resolves when all sockets are gone. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts a proxy; resolves once it listens.
 *
 * Rejects with an `OptionsError` that lists everything wrong with the options, before any socket opens, or with
 * `ERR_LISTEN`, whose `cause` is the system's error.
 *
 * @example
 * await using proxy = await startFaultProxy({ target: 7000 });
 * // ... let the client connect to proxy.address ...
 * proxy.set('blackholed'); //                       the network is gone, and nobody is told
 * proxy.set('open'); //                             it is back, and nothing is lost
 * proxy.set({ latency: '200ms' }, 'toClient'); //   a slow way back
 * proxy.reset('toClient'); //                       the client is reset, and the server never learns
 */
export async function startFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const config = resolveFaultProxyOptions(options);
  const net = createServer({ allowHalfOpen: true, noDelay: true });
  try {
    await once(net.listen(config.listen), 'listening');
  } catch (cause) {
    const text = `could not listen at ${showAddress(config.listen)}: ${(cause as Error).message}`;
    throw new SystoleError('ERR_LISTEN', text, { cause });
  }
  return new RunningProxy(net, config);
}

class RunningProxy extends Emitter<FaultProxyEvents> implements FaultProxy, ConnectionOwner {
  readonly address: Address;
  readonly #config: FaultProxyConfig;
  readonly #net: Server;
  readonly #connections = new Set<ProxiedConnection>();
  readonly #conditions: Record<Direction, Condition> = { toServer: 'open', toClient: 'open' };
  #accepted = 0;
  #refused = 0;
  #lastRefusal: string | undefined;
  #closed: Promise<void> | undefined;

  constructor(net: Server, config: FaultProxyConfig) {
    super();
    this.#net = net;
    this.#config = config;
    this.address = addressOfServer(net.address());
    net.on('connection', (socket) => this.#handleSocket(socket));
    net.on('error', () => {}); // only accept() can still fail, by lack of files: its client sees its end
  }

  get connections(): ReadonlySet<ProxyConnection> {
    return this.#connections;
  }

  set(condition: Condition, direction: Toward = 'both'): void {
    checkSet(condition, direction);
    for (const one of directionsOf(direction)) this.#conditions[one] = condition;
    for (const connection of this.#connections) connection.set(condition, direction);
  }

  fin(direction: Toward = 'both'): void {
    checkAct(direction);
    for (const connection of this.#connections) connection.fin(direction);
  }

  reset(direction: Toward = 'both'): void {
    checkAct(direction);
    for (const connection of this.#connections) connection.reset(direction);
  }

  truncate(bytes: number, direction: Toward = 'both', ending: Ending = 'fin'): void {
    checkTruncate(bytes, direction, ending);
    for (const connection of this.#connections) connection.truncate(bytes, direction, ending);
  }

  inspect(): FaultProxySnapshot {
    return {
      address: this.address,
      target: this.#config.target,
      conditions: { ...this.#conditions },
      accepted: this.#accepted,
      refused: this.#refused,
      lastRefusal: this.#lastRefusal,
      connections: [...this.#connections].map((connection) => connection.inspect()),
    };
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const closed = once(this.#net.close(), 'close');
    await Promise.all([closed, ...[...this.#connections].map((connection) => connection.destroy())]);
    this.finish();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #handleSocket(socket: Socket): void {
    this.#accepted += 1;
    const connection = new ProxiedConnection(this.#accepted, socket, this.#conditions, this.#config, this);
    this.#connections.add(connection);
    this.emit('connection', connection);
    connection.dialIfOpen();
  }

  handleRefused(connection: ProxyConnection, error: Error): void {
    this.#refused += 1;
    this.#lastRefusal = error.message;
    this.emit('refused', { connection, error });
  }

  handleEnd(connection: ProxiedConnection): void {
    this.#connections.delete(connection);
    this.emit('end', connection);
  }
}
