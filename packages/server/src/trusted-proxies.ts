/** The balancers that are believed when they say for whom they connect: the option `proxyProtocol`. */

import { BlockList, isIP, isIPv6 } from 'node:net';
import * as v from 'valibot';
import type { PeerAddress } from './peer-address.ts';
import { unmap } from './peer-address.ts';

/** Who tells by the PROXY protocol for whom it connects. */
export interface ProxyProtocolOptions {
  /**
   * Addresses such as `10.0.0.7`, networks such as `10.0.0.0/8`, and `unix` for whoever comes by a Unix socket. **Who comes
   * from there can pass for anybody**, so that no client may.
   */
  readonly trust: readonly string[];
}

const UNIX = 'unix';

/** An address, or all that begin with the same bits. */
interface Network {
  readonly host: string;
  readonly prefix: number;
}

/** `10.0.0.0/8`, or `10.0.0.7` for `10.0.0.7/32`. */
function parseNetwork(text: string): Network | undefined {
  const [host = '', length, ...others] = text.split('/');
  if (isIP(host) === 0 || host.includes('%') || others.length > 0) return undefined;
  const bits = isIPv6(host) ? 128 : 32;
  if (length === undefined) return { host, prefix: bits };
  const prefix = Number(length);
  return /^\d{1,3}$/.test(length) && prefix <= bits ? { host, prefix } : undefined;
}

const trustedSchema = v.custom<string>(
  (value) => value === UNIX || (typeof value === 'string' && parseNetwork(value) !== undefined),
  `an address such as '10.0.0.7', a network such as '10.0.0.0/8', or '${UNIX}'`,
);

const listSchema = v.custom((value) => Array.isArray(value) && value.length > 0, 'an array that is not empty');

/** A valibot check of `proxyProtocol`. */
export const proxyProtocolSchema: v.GenericSchema = v.strictObject(
  { trust: v.pipe(listSchema, v.array(trustedSchema)) },
  "an object such as { trust: ['10.0.0.0/8'] }",
);

/** What stands before an IPv4 address that is written within an IPv6 one. */
const MAPPED_BITS = 96;

/** `::ffff:10.0.0.0/104` is `10.0.0.0/8`; all others are as they are. */
function unmapNetwork({ host, prefix }: Network): Network {
  const plain = unmap(host);
  if (plain === host || isIPv6(plain) || prefix < MAPPED_BITS) return { host, prefix };
  return { host: plain, prefix: prefix - MAPPED_BITS };
}

/** See the head of the file. */
export class TrustedProxies {
  /** Apart, as to Node's list the IPv4 addresses are in `::1/64`, too: all of them. */
  readonly #networks = { ipv4: new BlockList(), ipv6: new BlockList() } as const;
  readonly #hasUnix: boolean;

  /** The options have been checked. */
  constructor({ trust }: ProxyProtocolOptions) {
    this.#hasUnix = trust.includes(UNIX);
    const networks = trust.map(parseNetwork).filter((network) => network !== undefined);
    for (const { host, prefix } of networks.map(unmapNetwork)) {
      this.#networks[familyOf(host)].addSubnet(host, prefix, familyOf(host));
    }
  }

  /** Whether whoever comes from there is believed. */
  trusts({ host }: PeerAddress): boolean {
    if (host === undefined) return this.#hasUnix;
    const plain = unmap(host);
    return this.#networks[familyOf(plain)].check(plain, familyOf(plain));
  }
}

function familyOf(host: string): 'ipv4' | 'ipv6' {
  return isIPv6(host) ? 'ipv6' : 'ipv4';
}
