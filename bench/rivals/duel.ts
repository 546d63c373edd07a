/** The server and the clients of one rival, each a process of its own, so that the server is measured alone. */

import { performance } from 'node:perf_hooks';
import type { Memory } from '../support/memory.ts';
import { Program } from '../support/program.ts';
import type { Burst } from './burst.ts';
import type { ClientConfig, FromClient, ToClient } from './client.ts';
import type { FromServer, ServerConfig, Tally, ToServer } from './server.ts';

/** What the server has used in a while. */
export interface Use {
  readonly cpuMs: number;
  readonly maxLoopDelayMs: number;
  readonly elapsedMs: number;
}

/** What a burst has cost, in microseconds of processor time a message, and how fast it was. */
export interface BurstSample {
  readonly messages: number;
  readonly messagesPerSecond: number;
  readonly serverMicros: number;
  readonly clientMicros: number;
}

/** Beyond its own time, a burst may take so long for what is still under way; then something is lost. */
const PATIENCE_MS = 10_000;

export class Duel implements AsyncDisposable {
  readonly #server: Program<FromServer, ToServer>;
  readonly #client: Program<FromClient, ToClient>;

  private constructor(server: Program<FromServer, ToServer>, client: Program<FromClient, ToClient>) {
    this.#server = server;
    this.#client = client;
  }

  /** Starts both; nobody is connected yet. */
  static async start(config: ServerConfig): Promise<Duel> {
    const server = startServer(config);
    const { port } = await server.next('listening');
    const { rival, answer = 'echo' } = config;
    const clientConfig: ClientConfig = { rival, port, answer };
    return new Duel(server, new Program(new URL('./client.js', import.meta.url), clientConfig));
  }

  /** As fast as they can; or evenly over so long, so that each has a phase of its own. */
  async connect(connections: number, overMs?: number): Promise<void> {
    this.#client.send({ type: 'connect', connections, ...(overMs === undefined ? {} : { overMs }) });
    await this.#client.next('connected');
  }

  /** Of the server, after a garbage collection. */
  async memory(): Promise<Memory> {
    this.#server.send({ type: 'memory' });
    return this.#server.next('memory');
  }

  /** Heartbeats that have come to the clients so far, and connections that they have. */
  async census(): Promise<{ readonly beats: number; readonly open: number }> {
    this.#client.send({ type: 'census' });
    return this.#client.next('census');
  }

  /** What the server uses while `act` goes on. */
  async use(act: () => Promise<void>): Promise<Use> {
    const before = await this.#tally();
    const startedAt = performance.now();
    await act();
    const elapsedMs = performance.now() - startedAt;
    const { cpuMs, maxLoopDelayMs } = await this.#tally();
    return { cpuMs: cpuMs - before.cpuMs, maxLoopDelayMs, elapsedMs };
  }

  /**
   * Before and after it nothing is under way, so the processor time is that of its messages, all of them.
   *
   * @throws Error if a message was lost, came twice or was not as it was sent.
   */
  async run(burst: Burst): Promise<BurstSample> {
    const before = await this.#tally();
    this.#client.send({ type: 'burst', ...burst });
    const { messages, elapsedMs, cpuMs } = await this.#client.next('report', burst.ms + PATIENCE_MS);
    const after = await this.#tally();
    requireAll(messages, burst.bytes, before, after);
    return {
      messages,
      messagesPerSecond: (messages * 1_000) / elapsedMs,
      serverMicros: ((after.cpuMs - before.cpuMs) * 1_000) / messages,
      clientMicros: (cpuMs * 1_000) / messages,
    };
  }

  /** Keeps the server's loop from turning for so long. Resolves when it begins; `over` with how long it was. */
  async block(ms: number): Promise<{ readonly over: Promise<number> }> {
    this.#server.send({ type: 'block', ms });
    await this.#server.next('blocking');
    return { over: this.#server.next('blocked').then(({ lastedMs }) => lastedMs) };
  }

  /** Stops all clients, while their kernel goes on taking and acknowledging bytes. */
  freezeClients(): void {
    this.#client.freeze();
  }

  thawClients(): void {
    this.#client.thaw();
  }

  #tally(): Promise<Tally> {
    this.#server.send({ type: 'tally' });
    return this.#server.next('tally');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client[Symbol.asyncDispose]();
    await this.#server[Symbol.asyncDispose]();
  }
}

/** The server of a rival alone. It says when it listens. */
export function startServer(config: ServerConfig): Program<FromServer, ToServer> {
  return new Program(new URL('./server.js', import.meta.url), config);
}

/** @throws Error if the server has not seen exactly what the client has been told of. */
export function requireAll(
  messages: number,
  bytes: number,
  before: Pick<Tally, 'messages' | 'bytes'>,
  after: Pick<Tally, 'messages' | 'bytes'>,
): void {
  const handled = after.messages - before.messages;
  const handledBytes = after.bytes - before.bytes;
  if (handled === messages && handledBytes === messages * bytes) return;
  const seen = `the server has handled ${handled} messages of ${handledBytes} bytes`;
  throw new Error(`${seen}, the client has been told of ${messages} of ${messages * bytes}`);
}
