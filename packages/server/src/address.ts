/** Where a server listens. */

import type { AddressInfo } from 'node:net';
import type { OptionProblem } from '@systole/core';
import { OptionsError } from '@systole/core';
import type { ListenPlan } from './reuse-port.ts';

/** A TCP port to listen at; 0 lets the system choose. */
export type TcpTarget = number | TcpListenOptions;

/** A TCP port, and how to listen at it. */
export interface TcpListenOptions {
  /** 0 to 65,535; 0 lets the system choose. */
  readonly port: number;
  /** A name or an address. Default: all addresses of this machine. */
  readonly host?: string;
  /** How many connections may wait to be accepted. Default: 511, which is Node's; the kernel may allow less. */
  readonly backlog?: number;
  /**
   * Other processes of the same user may listen at the port as well, all with this option, and the kernel hands each
   * connection to one of them: a client that comes back may meet another, which does not have its session. That a port is in
   * use is then no error any more. From Node 22.12 and 23.1 on, and on Linux and some others; `ERR_LISTEN` with the cause
   * ENOTSUP elsewhere. Default: false.
   */
  readonly reusePort?: boolean;
}

/** The path of a Unix socket to listen at. */
export interface UnixTarget {
  /** Where the file of the socket is made. */
  readonly path: string;
  /** How many connections may wait to be accepted. Default: 511, which is Node's; the kernel may allow less. */
  readonly backlog?: number;
}

/** Where a server listens, on TCP. */
export interface TcpAddress {
  /** The one that the system has chosen, where 0 was asked for. */
  readonly port: number;
  /** An IP address, such as `127.0.0.1` or `::`. */
  readonly host: string;
}

/** Where a server listens, on a Unix socket. */
export interface UnixAddress {
  /** The file of the socket. */
  readonly path: string;
}

/** Where to listen. */
export type ListenTarget = TcpTarget | UnixTarget;

/** Where a server listens. */
export type ServerAddress = TcpAddress | UnixAddress;

/** @throws OptionsError if this is no place to listen at. */
export function toListenOptions(target: ListenTarget): ListenPlan {
  const options = typeof target === 'number' ? { port: target } : target;
  const problems =
    typeof options === 'object' && options !== null
      ? findProblems({ ...options })
      : [{ path: 'target', requirement: 'a port, or an object with a port or a path', value: options, isSecret: true }];
  if (problems.length > 0) throw new OptionsError(problems);
  return { ...options };
}

type Check = readonly [isWrong: boolean, path: string, requirement: string, value: unknown];

function findProblems(options: Readonly<Record<string, unknown>>): OptionProblem[] {
  const { port, path, host, backlog, reusePort, ...others } = options;
  const checks: readonly Check[] = [
    [path === undefined && !isWhole(port, 0, 65_535), 'port', 'a whole number from 0 to 65535', port],
    [path !== undefined && port !== undefined, 'port', 'left out beside path', port],
    [path !== undefined && !isText(path), 'path', 'the path of a socket', path],
    [host !== undefined && !isText(host), 'host', 'a name or an address', host],
    [path !== undefined && host !== undefined, 'host', 'left out beside path', host],
    [backlog !== undefined && !isWhole(backlog, 1), 'backlog', 'a whole number above 0', backlog],
    [reusePort !== undefined && typeof reusePort !== 'boolean', 'reusePort', 'true or false', reusePort],
    [path !== undefined && reusePort !== undefined, 'reusePort', 'left out beside path', reusePort],
  ];
  const unknown = Object.entries(others).map(([name, value]) => {
    return { path: name, requirement: 'left out (there is no such option)', value, isSecret: true };
  });
  const wrong = checks.filter(([isWrong]) => isWrong);
  return [...wrong.map(([, where, requirement, value]) => ({ path: where, requirement, value })), ...unknown];
}

function isWhole(value: unknown, min: number, max = Number.MAX_SAFE_INTEGER): boolean {
  return Number.isInteger(value) && (value as number) >= min && (value as number) <= max;
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

/** The address of a listening server. */
export function toServerAddress(address: AddressInfo | string | null): ServerAddress | undefined {
  if (address === null) return undefined;
  if (typeof address === 'string') return { path: address };
  return { port: address.port, host: address.address };
}
