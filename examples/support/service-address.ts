/** An address that a service keeps while the server behind it changes, as a virtual IP or a Service of Kubernetes does. */

import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { connect, createServer } from 'node:net';
import { pipeline } from 'node:stream';

/** New connections go to the server of now; those that are there stay with theirs, be it dead or alive. */
export class ServiceAddress {
  readonly #net: Server;
  readonly port: number;
  #path: string;

  private constructor(net: Server, path: string) {
    this.#net = net;
    this.port = (net.address() as AddressInfo).port;
    this.#path = path;
    net.on('connection', (client) => {
      const server = connect(this.#path);
      pipeline(client, server, client, () => {});
    });
  }

  /** Listens on loopback, before the Unix socket of a server. */
  static async open(path: string): Promise<ServiceAddress> {
    const net = createServer().listen(0, '127.0.0.1');
    await once(net, 'listening');
    return new ServiceAddress(net, path);
  }

  /** Another server takes over. */
  moveTo(path: string): void {
    this.#path = path;
  }

  close(): void {
    this.#net.close();
  }
}
