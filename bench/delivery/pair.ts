/** Server and client of one system, each a process of its own, and what a burst between them costs. */

import { Program } from '../support/program.ts';
import type { Burst, ClientConfig, FromClient, ToClient } from './client.ts';
import type { FromServer, ServerConfig, ServerTally, ToServer } from './server.ts';
import type { SystemName } from './systems.ts';

/** One measured burst. Processor time is in microseconds a message, with that of the kernel for the process. */
export interface Sample {
  readonly messages: number;
  readonly messagesPerSecond: number;
  readonly cpuMicros: number;
  readonly serverMicros: number;
  readonly clientMicros: number;
}

/** Beyond its own time, a burst may take so long for what is still in flight; then something is lost. */
const PATIENCE_MS = 10_000;

export class Pair {
  readonly #server: Program<FromServer, ToServer>;
  readonly #client: Program<FromClient, ToClient>;

  private constructor(server: Program<FromServer, ToServer>, client: Program<FromClient, ToClient>) {
    this.#server = server;
    this.#client = client;
  }

  /** Starts both, and connects them so many times. */
  static async start(system: SystemName, connections: number): Promise<Pair> {
    const serverConfig: ServerConfig = { system };
    const server = new Program<FromServer, ToServer>(new URL('./server.js', import.meta.url), serverConfig);
    const { port } = await server.next('listening');
    const clientConfig: ClientConfig = { system, port, connections };
    const client = new Program<FromClient, ToClient>(new URL('./client.js', import.meta.url), clientConfig);
    const pair = new Pair(server, client);
    try {
      await client.next('connected');
      return pair;
    } catch (error) {
      await pair[Symbol.asyncDispose]();
      throw error;
    }
  }

  /**
   * Before and after a burst nothing is in flight, so the processor time is that of its messages, all of them.
   *
   * @throws Error if a message was lost, came twice or was not as it was sent.
   */
  async run(burst: Burst): Promise<Sample> {
    const before = await this.#tally();
    const { messages, elapsedMs, cpuMs } = await this.#burst(burst);
    const after = await this.#tally();
    requireAll(messages, burst.bytes, before, after);
    const serverMicros = ((after.cpuMs - before.cpuMs) * 1_000) / messages;
    const clientMicros = (cpuMs * 1_000) / messages;
    return {
      messages,
      messagesPerSecond: (messages * 1_000) / elapsedMs,
      cpuMicros: serverMicros + clientMicros,
      serverMicros,
      clientMicros,
    };
  }

  #tally(): Promise<ServerTally> {
    this.#server.send({ type: 'tally' });
    return this.#server.next('tally');
  }

  async #burst(burst: Burst): Promise<Extract<FromClient, { readonly type: 'report' }>> {
    let patience: NodeJS.Timeout | undefined;
    const lost = new Promise<never>((_, reject) => {
      patience = setTimeout(() => reject(new Error('a message was never acknowledged')), burst.ms + PATIENCE_MS);
    });
    try {
      this.#client.send({ type: 'burst', ...burst });
      return await Promise.race([this.#client.next('report'), lost]);
    } finally {
      clearTimeout(patience);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client[Symbol.asyncDispose]();
    await this.#server[Symbol.asyncDispose]();
  }
}

/** @throws Error if the server has not handled exactly what the client has been told it has. */
export function requireAll(messages: number, bytes: number, before: ServerTally, after: ServerTally): void {
  const handled = after.messages - before.messages;
  const handledBytes = after.bytes - before.bytes;
  if (handled === messages && handledBytes === messages * bytes) return;
  const seen = `the server has handled ${handled} messages of ${handledBytes} bytes`;
  throw new Error(`${seen}, the client has been told of ${messages} of ${messages * bytes}`);
}
