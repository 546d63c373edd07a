/** Two hosts, near and far, with a router between them: faults of the path happen in the path, and not in a host's kernel. */

import { run } from './command.ts';
import type { Direction } from './direction.ts';
import type { Place } from './host.ts';
import { Host } from './host.ts';
import { add, freshName, remove, tune } from './namespaces.ts';
import { nft } from './nft.ts';
import { Relay } from './relaying.ts';

const NEAR: Place = { address: '198.51.100.2', gateway: '198.51.100.1', port: 'near0' };
export const FAR: Place = { address: '203.0.113.2', gateway: '203.0.113.1', port: 'far0' };

/** An address beside the far host that nobody has. */
export const NOBODY = '203.0.113.77';

/** An address for which the router has no route. */
export const NOWHERE = '192.0.2.1';

export class Network {
  #near: Host;
  #far: Host;
  /** The namespace of the router. What runs in it ends with the network. */
  readonly router: string;
  #relay: Relay | undefined;
  readonly #owner: number;

  private constructor(owner: number, router: string, near: Host, far: Host) {
    this.#owner = owner;
    this.router = router;
    this.#near = near;
    this.#far = far;
  }

  /** A network of the run whose main process is `owner`. */
  static async build(owner: number): Promise<Network> {
    const router = freshName(owner);
    await add(router);
    await tune(router, { 'ipv4/ip_forward': 1 });
    const [near, far] = [await Host.boot(owner, router, NEAR), await Host.boot(owner, router, FAR)];
    return new Network(owner, router, near, far);
  }

  get near(): Host {
    return this.#near;
  }

  get far(): Host {
    return this.#far;
  }

  /** The router drops packets, and tells nobody: all of them, or those of some `ports` of the far host, each of which can heal alone. */
  async drop(direction: Direction = 'both ways', ports?: readonly number[]): Promise<void> {
    await this.#rule(direction, 'drop', ports);
  }

  /** The router loses so many of a hundred packets, any of them. */
  async lose(percent: number): Promise<void> {
    await this.#rule('both ways', `numgen random mod 100 < ${percent} drop`);
  }

  /** The router answers every TCP packet with a reset in the name of the peer. */
  async reset(direction: Direction = 'both ways'): Promise<void> {
    await this.#rule(direction, 'meta l4proto tcp reject with tcp reset');
  }

  /** The router answers every packet with ICMP: host unreachable. */
  async unreachable(direction: Direction = 'both ways'): Promise<void> {
    await this.#rule(direction, 'reject with icmp type host-unreachable');
  }

  /** Puts a relay between the hosts, for connections that are made from now on. It passes everything until it is told otherwise. */
  async insertRelay(): Promise<void> {
    this.#relay = await Relay.start(this.router, this.#far.address);
  }

  /** @throws Error if none was inserted. */
  get relay(): Relay {
    if (this.#relay === undefined) throw new Error('there is no relay in this network');
    return this.#relay;
  }

  /** Faults of the path are over; with a `port`, the one that concerns this port alone. */
  async heal(port?: number): Promise<void> {
    await nft(this.router, `delete table inet ${tableFor(port)}`);
  }

  /** The far host loses its power: first the cable, so that nothing its kernel says for dying processes gets out. */
  async killFar(): Promise<void> {
    await run('ip', ['-n', this.router, 'link', 'del', FAR.port]);
    await this.#far.remove();
  }

  /** A host with the far one's address, whose kernel knows of no connection. */
  async bootFar(): Promise<void> {
    this.#far = await Host.boot(this.#owner, this.router, FAR);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = await Promise.allSettled([this.#near.remove(), this.#far.remove(), remove(this.router)]);
    for (const end of ended) if (end.status === 'rejected') throw end.reason;
  }

  async #rule(
    direction: Direction,
    verdict: string,
    ports: readonly (number | undefined)[] = [undefined],
  ): Promise<void> {
    const places = direction === 'both ways' ? [NEAR, FAR] : [direction === 'to near' ? NEAR : FAR];
    const faultOf = (port: number | undefined): string[] => [
      `add table inet ${tableFor(port)}`,
      `add chain inet ${tableFor(port)} path { type filter hook forward priority 0; }`,
      ...places.map((to) => `add rule inet ${tableFor(port)} path ${packetsOf(to, port)} ${verdict}`),
    ];
    await nft(this.router, ...ports.flatMap(faultOf));
  }
}

/** A fault has a table of its own, so that it heals alone. */
function tableFor(port: number | undefined): string {
  return port === undefined ? 'faults' : `faults_${port}`;
}

/** The packets to a place; of one port of the far host, if it is given. */
function packetsOf(to: Place, port: number | undefined): string {
  const all = `ip daddr ${to.address}`;
  if (port === undefined) return all;
  return `${all} tcp ${to === FAR ? 'dport' : 'sport'} ${port}`;
}
