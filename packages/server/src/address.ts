/** Where a server listens, and how an address is written. */

import type { AddressInfo, ListenOptions, Socket } from 'node:net';
import type { OptionProblem } from '@systole/core';
import { OptionsError } from '@systole/core';

/** A TCP port to listen at; 0 lets the system choose. */
export type TcpTarget = number | { readonly port: number; readonly host?: string; readonly backlog?: number };

/** The path of a Unix socket to listen at. */
export interface UnixTarget {
  readonly path: string;
  readonly backlog?: number;
}

/** Where a server listens, on TCP. */
export interface TcpAddress {
  readonly port: number;
  readonly host: string;
}

/** Where a server listens, on a Unix socket. */
export interface UnixAddress {
  readonly path: string;
}

/** Where to listen. */
export type ListenTarget = TcpTarget | UnixTarget;

/** Where a server listens. */
export type ServerAddress = TcpAddress | UnixAddress;

/** @throws OptionsError if this is no place to listen at. */
export function toListenOptions(target: ListenTarget): ListenOptions {
  const options = typeof target === 'number' ? { port: target } : target;
  const problems =
    typeof options === 'object' && options !== null
      ? findProblems(options as Readonly<Record<string, unknown>>)
      : [{ path: 'target', requirement: 'a port, or an object with a port or a path', value: options }];
  if (problems.length > 0) throw new OptionsError(problems);
  return { ...options };
}

function findProblems({ port, path, host, backlog, ...others }: Readonly<Record<string, unknown>>): OptionProblem[] {
  const isPort = Number.isInteger(port) && (port as number) >= 0 && (port as number) <= 65_535;
  const checks: readonly (OptionProblem & { readonly isWrong: boolean })[] = [
    {
      isWrong: path === undefined && !isPort,
      path: 'port',
      requirement: 'a whole number from 0 to 65535',
      value: port,
    },
    {
      isWrong: path !== undefined && port !== undefined,
      path: 'port',
      requirement: 'left out beside path',
      value: port,
    },
    {
      isWrong: path !== undefined && (typeof path !== 'string' || path === ''),
      path: 'path',
      requirement: 'the path of a socket',
      value: path,
    },
    {
      isWrong: host !== undefined && (typeof host !== 'string' || host === ''),
      path: 'host',
      requirement: 'a name or an address',
      value: host,
    },
    {
      isWrong: path !== undefined && host !== undefined,
      path: 'host',
      requirement: 'left out beside path',
      value: host,
    },
    {
      isWrong: backlog !== undefined && !(Number.isInteger(backlog) && (backlog as number) > 0),
      path: 'backlog',
      requirement: 'a whole number above 0',
      value: backlog,
    },
  ];
  const unknown = Object.entries(others).map(([name, value]) => {
    return { path: name, requirement: 'left out (there is no such option)', value };
  });
  const wrong = checks.filter(({ isWrong }) => isWrong);
  return [...wrong.map(({ path: where, requirement, value }) => ({ path: where, requirement, value })), ...unknown];
}

/** The address of a listening server. */
export function toServerAddress(address: AddressInfo | string | null): ServerAddress | undefined {
  if (address === null) return undefined;
  if (typeof address === 'string') return { path: address };
  return { port: address.port, host: address.address };
}

/** How the peer of a socket is written, in logs and events. Joined, as the sum of texts would keep all of them. */
export function peerAddressOf(socket: Socket): string {
  const { remoteAddress, remotePort, remoteFamily } = socket;
  if (remoteAddress === undefined) return 'unix';
  const host = remoteFamily === 'IPv6' ? `[${remoteAddress}]` : remoteAddress;
  return [host, remotePort].join(':');
}
