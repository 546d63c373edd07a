/** A server made by hand, a fault proxy before it, and clients: both ends of every connection are in the test's hands. */

import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { type FaultProxy, type FaultProxyOptions, type ProxyConnection, startFaultProxy } from '@systole/testing/proxy';
import { onTestFinished } from 'vitest';
import { until } from './until.ts';

/** One end of a connection. It answers nothing by itself, not even a FIN, and writes down what reaches it. */
export class End {
  readonly socket: Socket;
  /** `fin`, the code of an error such as `ECONNRESET`, and `close` at last. */
  readonly ending: string[] = [];
  #chunks: Buffer[] = [];
  #bytes = 0;
  /** When the first byte of each chunk was read. */
  readonly arrivals: { readonly at: number; readonly bytes: number }[] = [];

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#bytes += chunk.length;
      this.arrivals.push({ at: performance.now(), bytes: chunk.length });
    });
    socket.on('end', () => this.ending.push('fin'));
    socket.on('error', (error: NodeJS.ErrnoException) => this.ending.push(error.code ?? error.message));
    socket.on('close', () => this.ending.push('close'));
    onTestFinished(() => void socket.destroy());
  }

  get bytes(): number {
    return this.#bytes;
  }

  get text(): string {
    return this.received.toString('latin1');
  }

  get received(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  write(text: string | Uint8Array): void {
    this.socket.write(text);
  }

  /** Waits for exactly this text, and no other. */
  async hears(text: string): Promise<void> {
    await until(() => this.#bytes >= text.length);
    if (this.text !== text) throw new Error(`heard ${this.text} instead of ${text}`);
  }

  /** Waits until something has ended: see {@link ending}. */
  async ends(how: string): Promise<void> {
    await until(() => this.ending.includes(how));
  }
}

/** Both ends of a connection, and what the proxy has of it. */
export interface Ends {
  readonly client: End;
  readonly server: End;
  readonly connection: ProxyConnection;
}

export interface Rig {
  readonly proxy: FaultProxy;
  readonly target: Server;
  /** The server's ends, as they come. */
  readonly servers: readonly End[];
  /** Connects to the proxy; the target may not have been dialled. */
  dial(): Promise<End>;
  /** Connects through the proxy. */
  open(): Promise<Ends>;
}

/** Listens, on a port or path of its own. */
export async function listen(
  server: Server,
  path?: string,
): Promise<{ host: string; port: number } | { path: string }> {
  onTestFinished(() => void server.close());
  await once(path === undefined ? server.listen(0, '127.0.0.1') : server.listen(path), 'listening');
  const address = server.address();
  if (address === null) throw new Error('it does not listen');
  return typeof address === 'string' ? { path: address } : { host: address.address, port: address.port };
}

/** Starts the proxy, and closes it when the test is over. */
export async function startProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const proxy = await startFaultProxy(options);
  onTestFinished(() => proxy.close());
  return proxy;
}

/** A target, and a proxy before it. */
export async function startRig(options: Partial<FaultProxyOptions> & { readonly path?: string } = {}): Promise<Rig> {
  const { path, ...others } = options;
  const servers: End[] = [];
  const target = createServer({ allowHalfOpen: true }, (socket) => void servers.push(new End(socket)));
  const proxy = await startProxy({ target: await listen(target, path), ...others });
  const dial = async (): Promise<End> => {
    const socket = connect({ ...proxy.address, allowHalfOpen: true });
    const client = new End(socket);
    await once(socket, 'connect');
    return client;
  };
  return {
    proxy,
    target,
    servers,
    dial,
    open: async () => {
      const count = servers.length;
      const client = await dial();
      await until(() => servers.length > count && [...proxy.connections].at(-1)?.inspect().state === 'live');
      return { client, server: servers[count]!, connection: [...proxy.connections].at(-1)! };
    },
  };
}

/** A word there and back, on a connection of its own to the same proxy or another: what was sent before it has had its turn. */
export async function passTime({ client, server }: Ends): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    const [heard, answered] = [server.bytes, client.bytes];
    client.write('?');
    await until(() => server.bytes > heard);
    server.write('!');
    await until(() => client.bytes > answered);
  }
}
