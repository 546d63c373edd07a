/** Where the proxy listens, where its target is, and how an address is written. */

import type { AddressInfo, Socket } from 'node:net';
import type { OptionProblem } from '@systole/core';
import { integerSchema } from '@systole/core/internal';
import * as v from 'valibot';

/** A place on TCP: a port of this host, or host and port. */
export type TcpPlace = number | { readonly host?: string; readonly port: number };

/** A place on TCP, or the path of a Unix socket. */
export type Place = TcpPlace | { readonly path: string };

/** A {@link Place} resolved. */
export type Address = { readonly host: string; readonly port: number } | { readonly path: string };

/** Names would leave open which of their addresses is meant. */
const DEFAULT_HOST = '127.0.0.1';

const textSchema = v.pipe(v.string('a text'), v.nonEmpty('a text that is not empty'));

/** The valibot schema of a {@link Place} with a port of at least `minPort`. */
export function placeSchema(minPort: number): v.GenericSchema {
  const portSchema = integerSchema(minPort, 65_535);
  const entries = { host: v.optional(textSchema), port: v.optional(portSchema), path: v.optional(textSchema) };
  return v.lazy((value) => (typeof value === 'object' && value !== null ? v.strictObject(entries) : portSchema));
}

/** What contradicts itself in a {@link Place} that the option `name` has. */
export function findPlaceProblems(name: string, place: unknown): OptionProblem[] {
  if (typeof place !== 'object' || place === null) return [];
  const { host, port, path }: { host?: unknown; port?: unknown; path?: unknown } = place;
  if (path === undefined) {
    return port === undefined ? [{ path: `${name}.port`, requirement: 'given, or path instead', value: port }] : [];
  }
  return Object.entries({ host, port })
    .filter(([, value]) => value !== undefined)
    .map(([field, value]) => ({ path: `${name}.${field}`, requirement: 'left out beside path', value }));
}

/** The address of a place that has been checked. */
export function resolvePlace(place: Place): Address {
  if (typeof place === 'number') return { host: DEFAULT_HOST, port: place };
  return 'path' in place ? { path: place.path } : { host: place.host ?? DEFAULT_HOST, port: place.port };
}

/** Where a server listens that listens. */
export function addressOfServer(address: AddressInfo | string | null): Address {
  if (address === null) throw new TypeError('it does not listen');
  return typeof address === 'string' ? { path: address } : { host: address.address, port: address.port };
}

/** An address as people write it. */
export function showAddress(address: Address): string {
  if ('path' in address) return address.path;
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}

/** Who is at the other end of a socket; `unix` on a Unix socket, where clients have no address. */
export function showPeer({ remoteAddress, remotePort }: Socket): string {
  if (remoteAddress === undefined || remotePort === undefined) return 'unix';
  return showAddress({ host: remoteAddress, port: remotePort });
}
