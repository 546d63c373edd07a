/** Where a peer is: how that is written, and by what its connections are counted. */

import type { Socket } from 'node:net';
import { isIPv6 } from 'node:net';

/** Where a peer is. */
export interface PeerAddress {
  /** Undefined for a Unix socket, which has no address. */
  readonly host: string | undefined;
  readonly port: number | undefined;
}

/** By what connections are counted: those with the same one are taken for one client's. */
export type AddressKey = string;

/**
 * Where the peer of a socket is, as the kernel says; undefined if it has reset the connection by now. Then the kernel does not
 * know any more, although it still hands out what had come before, so that nothing may be concluded from where it is not.
 */
export function peerAddressOf({ remoteAddress, remotePort, localAddress }: Socket): PeerAddress | undefined {
  // Only a Unix socket has no address at our end, too.
  if (remoteAddress === undefined && localAddress !== undefined) return undefined;
  return { host: remoteAddress, port: remotePort };
}

/**
 * As it stands in logs and events: an IPv4 address as such, also where a socket of both families says it within an IPv6 one. Joined, as
 * the sum of texts would keep all of them.
 */
export function writeAddress({ host, port }: PeerAddress): string {
  if (host === undefined) return 'unix';
  const plain = isIPv6(host) ? (mappedAddress(groupsOf(host)) ?? host) : host;
  return [plain.includes(':') ? `[${plain}]` : plain, port].join(':');
}

/**
 * An IPv4 address counts for itself, be it written within an IPv6 one, and an IPv6 address for its /64, as one host has
 * that many to choose from (RFC 8981). Undefined for a Unix socket.
 */
export function addressKey({ host }: PeerAddress): AddressKey | undefined {
  if (host === undefined || !isIPv6(host)) return host;
  const groups = groupsOf(host);
  const mapped = mappedAddress(groups);
  if (mapped !== undefined) return mapped;
  const network = groups.slice(0, 4).map((group) => group.toString(16));
  return `${network.join(':')}::/64`;
}

/** The IPv4 address in `::ffff:a.b.c.d` (RFC 4291, 2.5.5.2); all others as they are, without a zone. */
export function unmap(host: string): string {
  if (!isIPv6(host)) return host;
  return mappedAddress(groupsOf(host)) ?? withoutZone(host);
}

function mappedAddress([a, b, c, d, e, mark, high = 0, low = 0]: readonly number[]): string | undefined {
  const isMapped = mark === 0xffff && [a, b, c, d, e].every((group) => group === 0);
  return isMapped ? [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.') : undefined;
}

/** The eight groups of an IPv6 address in any of its spellings (RFC 4291, 2.2). */
function groupsOf(host: string): readonly number[] {
  const [head = '', tail = ''] = withoutZone(host).split('::');
  const before = groupsIn(head);
  const after = groupsIn(tail);
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
}

/** The last part may be an IPv4 address, of two groups. */
function groupsIn(text: string): readonly number[] {
  if (text === '') return [];
  return text.split(':').flatMap((part) => {
    if (!part.includes('.')) return [Number.parseInt(part, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = part.split('.').map(Number);
    return [a * 256 + b, c * 256 + d];
  });
}

function withoutZone(host: string): string {
  const [address = ''] = host.split('%', 1);
  return address;
}
