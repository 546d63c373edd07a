/** The processes: so many servers, and the clients of each in a process of their own. None outlives it. */

import { LOOPBACK } from '../rivals/rival.ts';
import type { Memory } from '../support/memory.ts';
import type { Message } from '../support/program.ts';
import { Program } from '../support/program.ts';
import type { Census, ClientsConfig, FromClients, ToClients } from './clients.ts';
import { planDoors, portsHere } from './plan.ts';
import type { FromServer, ServerConfig, Tally, ToServer } from './server.ts';

/** One server and its clients. */
interface Pair {
  readonly server: Program<FromServer, ToServer>;
  readonly clients: Program<FromClients, ToClients>;
}

/** Longer than any answer takes on a busy machine; and than it takes to connect everybody. */
const PATIENCE_MS = 60_000;
const CONNECT_PATIENCE_MS = 300_000;

/** Heartbeats may be as rare as you like: what is not answered is asked for again this soon. */
const MAX_INTERVAL_MS = 5_000;

/** The lowest `minPingInterval` by default. */
const PING_INTERVAL_MS = 1_000;

/** Empty at first, so that whoever has it ends what was started before something failed. */
export class Crowd implements AsyncDisposable {
  readonly #programs: AsyncDisposable[] = [];
  #pairs: readonly Pair[] = [];

  /** Starts a server for each share, and its clients; nobody is connected yet. */
  async start(shares: readonly number[], heartbeatMs: number): Promise<void> {
    this.#pairs = await Promise.all(shares.map((share) => this.#startPair(share, heartbeatMs)));
  }

  async #startPair(share: number, heartbeatMs: number): Promise<Pair> {
    const keepalive = { idle: heartbeatMs, interval: Math.min(heartbeatMs, MAX_INTERVAL_MS), probes: 3 };
    const serverConfig: ServerConfig = { host: LOOPBACK, keepalive, doors: planDoors(share, portsHere()) };
    const server = this.#own(new Program<FromServer, ToServer>(new URL('./server.js', import.meta.url), serverConfig));
    const { ports } = await server.next('listening', PATIENCE_MS);
    const minPingIntervalMs = Math.min(heartbeatMs, PING_INTERVAL_MS);
    const clientsConfig: ClientsConfig = { host: LOOPBACK, ports, minPingIntervalMs };
    const clients = this.#own(
      new Program<FromClients, ToClients>(new URL('./clients.js', import.meta.url), clientsConfig),
    );
    return { server, clients };
  }

  #own<Owned extends AsyncDisposable>(program: Owned): Owned {
    this.#programs.push(program);
    return program;
  }

  /** So many more connections for each server, all at the same time. */
  async connect(shares: readonly number[]): Promise<void> {
    await Promise.all(
      this.#pairs.map(async ({ clients }, index) => {
        clients.send({ type: 'connect', connections: shares[index] ?? 0 });
        await clients.next('connected', CONNECT_PATIENCE_MS);
      }),
    );
  }

  /** Of each server, after a garbage collection. */
  memory(): Promise<Memory[]> {
    return Promise.all(this.#pairs.map(({ server }) => ask(server, { type: 'memory' }, 'memory')));
  }

  /** Of each server. */
  tally(): Promise<Tally[]> {
    return Promise.all(this.#pairs.map(({ server }) => ask(server, { type: 'tally' }, 'tally')));
  }

  /** Of the clients of each server. */
  census(): Promise<Census[]> {
    return Promise.all(this.#pairs.map(({ clients }) => ask(clients, { type: 'census' }, 'census')));
  }

  /** All at once, as who is left would be busy with the ends of the others. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#programs.map((program) => program[Symbol.asyncDispose]()));
  }
}

function ask<Out extends Message, In extends Message, Type extends Out['type']>(
  program: Program<Out, In>,
  order: In,
  type: Type,
): Promise<Extract<Out, { readonly type: Type }>> {
  program.send(order);
  return program.next(type, PATIENCE_MS);
}
