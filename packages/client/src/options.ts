/** Options of a client. */

import type { Duration, MessageHandler, OptionProblem, SessionOptions } from '@systole/core';
import { parseDuration } from '@systole/core';
import {
  checkOptions,
  durationSchema,
  findSessionContradictions,
  integerSchema,
  isPlainObject,
  partEntries,
  plainSchema,
  sessionEntries,
  signalSchema,
  socketEntries,
} from '@systole/core/internal';
import type { PartOptions, SocketOptions } from '@systole/core/node';
import * as v from 'valibot';
import type { BackoffConfig } from './backoff.ts';
import type { Target, TcpTarget, UnixTarget } from './target.ts';
import { targetAddress } from './target.ts';
import type { ClientTls, TlsConfig } from './tls.ts';
import { resolveTls } from './tls.ts';

/** How a client comes back after a connection, or an attempt, has ended. */
export interface ReconnectOptions {
  /** The ceiling of the first delay, which is uniform below it; it doubles with each attempt. Default: 3 s, which spreads a fleet to at most 3 % in each 100 ms. */
  readonly base?: Duration;
  /** The highest ceiling. Default: 30 s. */
  readonly cap?: Duration;
  /** How long a connection must have lasted, and have proven a heartbeat, for the delays to start from `base` again. Default: 5 s. */
  readonly minUptime?: Duration;
  /** How often to try all addresses again, in a row, before the session ends. Default: no limit. */
  readonly maxAttempts?: number;
}

/** What {@link connect} and {@link attach} understand alike. */
export interface CommonOptions extends SessionOptions, PartOptions, SocketOptions {
  /** Shown to the server in the handshake, for its `authenticate`. Plain data. Default: none. */
  readonly credentials?: unknown;
  /** Destroys the client, also while it waits. Default: none. */
  readonly signal?: AbortSignal;
  /** Handles the messages of the server. Default: none, and they are refused with `no-handler`. */
  readonly onMessage?: MessageHandler;
}

/** Options of {@link attach}. */
export interface AttachOptions extends CommonOptions {
  /** Bytes of the peer's that have been read already, such as those behind an HTTP upgrade. Default: none. */
  readonly head?: Uint8Array;
}

/** Several places to connect to, instead of one. */
export interface AddressList {
  /**
   * Several addresses of one server, or of servers that serve alike: 1 to 64. An attempt tries them one after another, each with a
   * `handshakeTimeout` of its own, beginning behind the one that was lost.
   */
  readonly addresses: readonly (TcpTarget | UnixTarget)[];
}

/** What {@link connect} understands, beside where to. */
export interface DialOptions extends CommonOptions {
  /** TLS, with the options of `tls.connect`, or true; false for none. Default: false. */
  readonly tls?: ClientTls | false;
  /** How to come back; false to end with the first connection, or the first attempt that fails. Default: `{ base: '3s', cap: '30s', minUptime: '5s' }`. */
  readonly reconnect?: ReconnectOptions | false;
  /** For resolving the name, which `handshakeTimeout` does not cover. Default: 5 s. */
  readonly dnsTimeout?: Duration;
}

/** Options of {@link connect}: where to, which is a `port`, a `path` or `addresses`, and no two of them; all else has a default. */
export type ClientOptions = DialOptions & (AddressList | UnixTarget | TcpTarget);

/** The same, to ask which of the three it is. */
type AnyOptions = DialOptions & Partial<TcpTarget & UnixTarget & AddressList>;

/** {@link ReconnectOptions} resolved. */
export interface ReconnectConfig extends BackoffConfig {
  readonly minUptimeMs: number;
  readonly maxAttempts: number;
}

/** {@link ClientOptions} resolved, as far as they are about dialling. */
export interface ClientConfig {
  readonly targets: readonly [Target, ...Target[]];
  readonly tls: TlsConfig | undefined;
  readonly dnsTimeoutMs: number;
  readonly reconnect: ReconnectConfig | undefined;
}

/** As many as anyone has replicas; each is tried in turn. */
const MAX_ADDRESSES = 64;

const reconnectEntries: v.ObjectEntries = {
  base: v.optional(durationSchema(1)),
  cap: v.optional(durationSchema(1)),
  minUptime: v.optional(durationSchema(0)),
  maxAttempts: v.optional(integerSchema(1, Number.MAX_SAFE_INTEGER)),
};

const reconnectSchema = v.lazy((value) =>
  typeof value === 'object' && value !== null
    ? v.strictObject(reconnectEntries)
    : v.literal(false, 'false or an object of base, cap, minUptime and maxAttempts'),
);

const textSchema = v.pipe(v.string('a text'), v.nonEmpty('a text that is not empty'));

/** What an address is made of. */
const targetEntries: v.ObjectEntries = {
  host: v.optional(textSchema),
  port: v.optional(integerSchema(1, 65_535)),
  path: v.optional(textSchema),
};

const tlsSchema = v.custom(
  (tls) => typeof tls === 'boolean' || (typeof tls === 'object' && tls !== null && !Array.isArray(tls)),
  'true, false or an object of options of tls.connect',
);

const commonEntries: v.ObjectEntries = {
  ...sessionEntries,
  ...partEntries,
  ...socketEntries,
  credentials: v.optional(plainSchema),
  signal: v.optional(signalSchema),
};

const attachEntries: v.ObjectEntries = {
  ...commonEntries,
  head: v.optional(v.instance(Uint8Array, 'a Uint8Array')),
};

const clientEntries: v.ObjectEntries = {
  ...commonEntries,
  ...targetEntries,
  addresses: v.optional(
    v.pipe(
      v.array(
        v.strictObject(targetEntries, 'an object of host and port, or of path'),
        'an array of addresses, each an object of host and port, or of path',
      ),
      v.minLength(1, 'at least one address'),
      v.maxLength(MAX_ADDRESSES, `at most ${MAX_ADDRESSES} addresses`),
    ),
  ),
  tls: v.optional(tlsSchema),
  reconnect: v.optional(reconnectSchema),
  dnsTimeout: v.optional(durationSchema(10)),
};

/** @throws OptionsError that lists every problem. */
export function checkAttachOptions(options: AttachOptions): void {
  checkOptions(attachEntries, options, findSessionContradictions);
}

/** @throws OptionsError that lists every problem. */
export function resolveClientOptions(options: ClientOptions): ClientConfig {
  checkOptions(clientEntries, options, findContradictions);
  const { addresses, ...one }: AnyOptions = options;
  const [first = one, ...others] = addresses ?? [];
  return {
    targets: [toTarget(first), ...others.map(toTarget)],
    tls: options.tls === undefined || options.tls === false ? undefined : resolveTls(options.tls),
    dnsTimeoutMs: parseDuration(options.dnsTimeout) ?? 5_000,
    reconnect: options.reconnect === false ? undefined : fillReconnect(options.reconnect),
  };
}

/** Of what has been checked. */
function toTarget({ host = 'localhost', port = 0, path }: Partial<TcpTarget & UnixTarget>): Target {
  return path === undefined ? { host, port } : { path };
}

function fillReconnect(options: ReconnectOptions = {}): ReconnectConfig {
  const baseMs = parseDuration(options.base) ?? 3_000;
  return {
    baseMs,
    capMs: parseDuration(options.cap) ?? Math.max(30_000, baseMs),
    minUptimeMs: parseDuration(options.minUptime) ?? 5_000,
    maxAttempts: options.maxAttempts ?? Number.POSITIVE_INFINITY,
  };
}

function findContradictions(options: Readonly<Record<string, unknown>>): OptionProblem[] {
  const { addresses, reconnect } = options;
  const problems = findSessionContradictions(options);
  if (addresses === undefined) problems.push(...findTargetProblems(options, '', 'path or addresses'));
  else problems.push(...findAddressProblems(options));
  const { base, cap }: ReconnectOptions = typeof reconnect === 'object' && reconnect !== null ? reconnect : {};
  const baseMs = parseDuration(base);
  const capMs = parseDuration(cap);
  if (baseMs !== undefined && capMs !== undefined && capMs < baseMs) {
    problems.push({ path: 'reconnect.cap', requirement: `at least reconnect.base (${baseMs} ms)`, value: cap });
  }
  return problems;
}

/** Beside `addresses` there is no other address, and each is named once: the second would never be reached, or be tried twice. */
function findAddressProblems(options: Readonly<Record<string, unknown>>): OptionProblem[] {
  const addresses: readonly unknown[] = Array.isArray(options['addresses']) ? options['addresses'] : [];
  const given = ['host', 'port', 'path'].filter((name) => options[name] !== undefined);
  const problems = given.map((path) => ({ path, requirement: 'left out beside addresses', value: options[path] }));
  const seen = new Set<string>();
  for (const [at, address] of addresses.entries()) {
    if (!isPlainObject(address)) continue; // has been found already
    const flaws = findTargetProblems(address, `addresses.${at}.`, 'path');
    const name = flaws.length > 0 ? `${at}` : targetAddress(toTarget(address));
    if (seen.has(name)) flaws.push({ path: `addresses.${at}`, requirement: 'named once', value: name });
    seen.add(name);
    problems.push(...flaws);
  }
  return problems;
}

function findTargetProblems(
  { host, port, path }: Readonly<Record<string, unknown>>,
  prefix: string,
  alternatives: string,
): OptionProblem[] {
  const problem = (name: string, requirement: string, value: unknown): OptionProblem => {
    return { path: `${prefix}${name}`, requirement, value };
  };
  if (path === undefined) return port === undefined ? [problem('port', `given, or ${alternatives} instead`, port)] : [];
  const beside = Object.entries({ host, port }).filter(([, value]) => value !== undefined);
  return beside.map(([name, value]) => problem(name, 'left out beside path', value));
}
