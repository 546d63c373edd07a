/** The server and the clients of one rival, each a process of its own, so that the server is measured alone. */

import { Program } from '../support/program.ts';
import type { Burst, ClientConfig, FromClient, ToClient } from './client.ts';
import type { RivalName } from './rivals.ts';
import type { FromServer, Memory, ServerConfig, ToServer } from './server.ts';

/** What the server has used in a while. */
export interface Use {
  readonly cpuMs: number;
  readonly maxLoopDelayMs: number;
}

/** What a burst has cost the server, and how fast it was. */
export interface EchoSample {
  readonly messages: number;
  readonly messagesPerSecond: number;
  /** Of the server, in microseconds a message: one in, one out. */
  readonly serverMicros: number;
}

export class Duel implements AsyncDisposable {
  readonly #server: Program<FromServer, ToServer>;
  readonly #client: Program<FromClient, ToClient>;

  private constructor(server: Program<FromServer, ToServer>, client: Program<FromClient, ToClient>) {
    this.#server = server;
    this.#client = client;
  }

  /** Starts both; nobody is connected yet. */
  static async start(rival: RivalName, heartbeatMs?: number): Promise<Duel> {
    const serverConfig: ServerConfig = heartbeatMs === undefined ? { rival } : { rival, heartbeatMs };
    const server = new Program<FromServer, ToServer>(new URL('./server.js', import.meta.url), serverConfig);
    const { port } = await server.next('listening');
    const clientConfig: ClientConfig = { rival, port };
    return new Duel(server, new Program(new URL('./client.js', import.meta.url), clientConfig));
  }

  async connect(connections: number): Promise<void> {
    this.#client.send({ type: 'connect', connections });
    await this.#client.next('connected');
  }

  /** Of the server, after a garbage collection. */
  async memory(): Promise<Memory> {
    this.#server.send({ type: 'memory' });
    return this.#server.next('memory');
  }

  /** Heartbeats that have come to the clients so far. */
  async beats(): Promise<number> {
    this.#client.send({ type: 'beats' });
    return (await this.#client.next('beats')).beats;
  }

  /** What the server uses while `act` goes on. */
  async use(act: () => Promise<void>): Promise<Use> {
    const before = await this.#tally();
    await act();
    const { cpuMs, maxLoopDelayMs } = await this.#tally();
    return { cpuMs: cpuMs - before.cpuMs, maxLoopDelayMs };
  }

  /** @throws Error if the server has seen other messages than the clients. */
  async echo(burst: Burst): Promise<EchoSample> {
    const before = await this.#tally();
    this.#client.send({ type: 'burst', ...burst });
    const { messages, elapsedMs } = await this.#client.next('echoed');
    const after = await this.#tally();
    const seen = after.messages - before.messages;
    if (seen !== messages) throw new Error(`the server has seen ${seen} messages of ${messages}`);
    return {
      messages,
      messagesPerSecond: (messages * 1_000) / elapsedMs,
      serverMicros: ((after.cpuMs - before.cpuMs) * 1_000) / messages,
    };
  }

  async #tally(): Promise<Extract<FromServer, { type: 'tally' }>> {
    this.#server.send({ type: 'tally' });
    return this.#server.next('tally');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client[Symbol.asyncDispose]();
    await this.#server[Symbol.asyncDispose]();
  }
}
