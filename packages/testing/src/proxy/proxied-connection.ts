/** One connection through the proxy: two sockets, a flow each way, and how the end of one reaches the other. */

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Alarm, AlarmOwner } from '@systole/core';
import { showPeer } from './address.ts';
import type { Condition } from './condition.ts';
import { DIRECTIONS, type Direction, directionsOf, type Toward } from './direction.ts';
import { checkAct, checkSet, checkTruncate, type Ending, type Faults } from './faults.ts';
import { Flow, type FlowSnapshot } from './flow.ts';
import type { FaultProxyConfig } from './options.ts';
import { reset } from './reset.ts';
import { WaitingClient } from './waiting-client.ts';

/**
 * - `waiting`: a direction is blackholed, so that the target has not been dialled.
 * - `dialling`: the target has been dialled and has not answered.
 * - `live`: both ends are connected, or one of them still is.
 * - `ended`: both sockets are gone.
 */
export type ConnectionState = 'waiting' | 'dialling' | 'live' | 'ended';

/** A connection at one moment. */
export interface ConnectionSnapshot {
  /** Counts from 1, in the order in which clients came. */
  readonly id: number;
  /** Who came, such as `127.0.0.1:51234`; `unix` on a Unix socket. */
  readonly client: string;
  /** How far it has come. */
  readonly state: ConnectionState;
  /** The client's bytes. */
  readonly toServer: FlowSnapshot;
  /** The server's bytes. */
  readonly toClient: FlowSnapshot;
}

/** One connection through the proxy, with faults of its own. What is done to the proxy is done to it, too. */
export interface ProxyConnection extends Faults {
  /** Counts from 1, in the order in which clients came. */
  readonly id: number;
  /** A plain snapshot. */
  inspect(): ConnectionSnapshot;
}

/** Who wants to know of it. */
export interface ConnectionOwner {
  /** The target could not be reached: the client has been reset. */
  handleRefused(connection: ProxyConnection, error: Error): void;
  /** Both sockets are gone. */
  handleEnd(connection: ProxyConnection): void;
}

/** See the head of the file. */
export class ProxiedConnection implements ProxyConnection, AlarmOwner {
  readonly id: number;
  readonly #config: FaultProxyConfig;
  readonly #owner: ConnectionOwner;
  readonly #name: string;
  readonly #client: Socket;
  readonly #flows: Readonly<Record<Direction, Flow>>;
  readonly #dialAlarm: Alarm;
  /** Those that are not closed yet. */
  readonly #sockets = new Set<Socket>();
  #server: Socket | undefined;
  #waiting: WaitingClient | undefined;
  #hasWaited = false;
  #state: ConnectionState = 'waiting';

  constructor(
    id: number,
    client: Socket,
    conditions: Readonly<Record<Direction, Condition>>,
    config: FaultProxyConfig,
    owner: ConnectionOwner,
  ) {
    const { clock } = config;
    this.id = id;
    this.#config = config;
    this.#owner = owner;
    this.#name = showPeer(client);
    this.#client = client;
    this.#flows = { toServer: new Flow(clock, conditions.toServer), toClient: new Flow(clock, conditions.toClient) };
    this.#dialAlarm = clock.alarm(this);
    this.#waiting = new WaitingClient(client, () => client.destroy());
    client.on('error', () => {}); // 'close' follows, and says all
    client.on('close', (hadError) => this.#handleClientClose(hadError));
    this.#sockets.add(client);
  }

  inspect(): ConnectionSnapshot {
    const { toServer, toClient } = this.#flows;
    return {
      id: this.id,
      client: this.#name,
      state: this.#state,
      toServer: toServer.inspect(),
      toClient: toClient.inspect(),
    };
  }

  set(condition: Condition, direction: Toward = 'both'): void {
    checkSet(condition, direction);
    for (const one of directionsOf(direction)) this.#flows[one].condition = condition;
    this.dialIfOpen();
  }

  fin(direction: Toward = 'both'): void {
    checkAct(direction);
    for (const one of directionsOf(direction)) this.#flows[one].end('fin');
  }

  reset(direction: Toward = 'both'): void {
    checkAct(direction);
    for (const one of directionsOf(direction)) this.#flows[one].end('reset');
    if (this.#state !== 'live') reset(this.#client); // nobody else has seen it yet
  }

  truncate(bytes: number, direction: Toward = 'both', ending: Ending = 'fin'): void {
    checkTruncate(bytes, direction, ending);
    for (const one of directionsOf(direction)) this.#flows[one].truncate(bytes, ending);
  }

  /** Closes both sockets, now, whatever the conditions; resolves when they are gone. */
  async destroy(): Promise<void> {
    for (const direction of DIRECTIONS) this.#flows[direction].abandon();
    const closed = [...this.#sockets].map((socket) => once(socket.destroy(), 'close'));
    await Promise.all(closed);
  }

  // The target.

  /** Dials the target, once, as soon as neither direction is blackholed. */
  dialIfOpen(): void {
    if (!this.#mayDial()) this.#hasWaited = true;
    else if (this.#hasWaited) this.#waiting?.whenQuiet(() => this.#mayDial() && this.#dial());
    else this.#dial();
  }

  #mayDial(): boolean {
    const isGone = DIRECTIONS.some((direction) => this.#flows[direction].condition === 'blackholed');
    return this.#state === 'waiting' && !isGone && !this.#client.destroyed;
  }

  #dial(): void {
    this.#state = 'dialling';
    this.#waiting?.leave();
    this.#waiting = undefined;
    const { target, clock, connectTimeoutMs } = this.#config;
    const server = connect({ ...target, allowHalfOpen: true, noDelay: true });
    this.#server = server;
    server.pause();
    server.on('connect', () => this.#start(server));
    server.on('error', (error) => this.#state === 'dialling' && this.#refuse(error));
    server.on('close', (hadError) => this.#handleServerClose(server, hadError));
    this.#sockets.add(server);
    this.#dialAlarm.set(clock.now() + connectTimeoutMs);
  }

  handleAlarm(): void {
    this.#server?.destroy(new Error(`the target did not answer within ${this.#config.connectTimeoutMs} ms`));
  }

  #refuse(error: Error): void {
    reset(this.#client);
    this.#owner.handleRefused(this, error);
  }

  #start(server: Socket): void {
    const { toServer, toClient } = this.#flows;
    this.#state = 'live';
    this.#dialAlarm.clear();
    toServer.start(this.#client, server);
    toClient.start(server, this.#client);
    this.#client.on('end', () => letGo(this.#client, toClient));
    server.on('end', () => letGo(server, toServer));
  }

  // The end.

  #handleClientClose(hadError: boolean): void {
    const { toServer, toClient } = this.#flows;
    this.#handleClose({ socket: this.#client, hadError, from: toServer, to: toClient, other: this.#server });
    if (this.#state !== 'live') this.#server?.destroy();
  }

  #handleServerClose(socket: Socket, hadError: boolean): void {
    const { toServer, toClient } = this.#flows;
    this.#dialAlarm.clear();
    this.#handleClose({ socket, hadError, from: toClient, to: toServer, other: this.#client });
  }

  #handleClose({ socket, hadError, from, to, other }: Closed): void {
    const wasReset = to.inspect().ended === 'reset';
    to.abandon();
    if (wasReset) from.abandon();
    else if (hadError || !socket.readableEnded) from.handleSourceReset();
    if (other !== undefined) letGo(other, from);
    this.#sockets.delete(socket);
    if (this.#sockets.size > 0) return;
    this.#state = 'ended';
    for (const direction of DIRECTIONS) this.#flows[direction].abandon();
    this.#owner.handleEnd(this);
  }
}

/** A socket that is gone: `from` carries what it has sent, `to` what it was to receive, and `other` is at the other end. */
interface Closed {
  readonly socket: Socket;
  readonly hadError: boolean;
  readonly from: Flow;
  readonly to: Flow;
  readonly other: Socket | undefined;
}

/** Closes a socket that has said all it had to say, and whose peer was taken away without a word. */
function letGo(socket: Socket, to: Flow): void {
  if (socket.readableEnded && to.inspect().ended === 'gone') socket.destroy();
}
