/** Where a server is. */

import { isIP } from 'node:net';

/** A TCP port of a host. */
export interface TcpTarget {
  /** A name or an address. Default: `localhost`. */
  readonly host?: string;
  /** 1 to 65,535. */
  readonly port: number;
}

/** A Unix socket. */
export interface UnixTarget {
  /** The path of the socket, instead of host and port. */
  readonly path: string;
}

/** Where to connect. */
export type Target = Required<TcpTarget> | UnixTarget;

/** How a target is written, in logs and events. */
export function targetAddress(target: Target): string {
  if ('path' in target) return target.path;
  return isIP(target.host) === 6 ? `[${target.host}]:${target.port}` : `${target.host}:${target.port}`;
}
