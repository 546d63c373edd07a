/** Options of a server. */

import type { Duration, MessageHandler, OptionProblem, SessionConfig, SessionOptions } from '@systole/core';
import { parseDuration } from '@systole/core';
import {
  booleanSchema,
  checkOptions,
  durationSchema,
  fillSessionOptions,
  fillSocketOptions,
  findSessionContradictions,
  functionSchema,
  integerSchema,
  MAX_RETRY_MS,
  partEntries,
  sessionEntries,
  socketEntries,
} from '@systole/core/internal';
import type { PartOptions, SocketConfig, SocketOptions } from '@systole/core/node';
import * as v from 'valibot';
import type { Authenticate, Rejection } from './authentication.ts';
import type { TlsServerOptions } from './tls-options.ts';
import { findTlsProblems } from './tls-options.ts';
import type { ProxyProtocolOptions } from './trusted-proxies.ts';
import { proxyProtocolSchema } from './trusted-proxies.ts';

/** Options of {@link createServer}. All have defaults. */
export interface ServerOptions extends SessionOptions, PartOptions, SocketOptions {
  /** Handles the messages of every session. Default: none, and messages are refused with `no-handler`. */
  readonly onMessage?: MessageHandler;
  /**
   * TLS, as `createServer` of `node:tls` takes it. With `requestCert`, and unless `rejectUnauthorized` is false, a client
   * without a valid certificate is told so by CLOSE when it has introduced itself. Default: none.
   */
  readonly tls?: TlsServerOptions;
  /**
   * Judges each peer by its HELLO: what it returns is `session.identity`; false refuses the peer, as does a {@link Rejection} that
   * it throws, **whose reason is sent to the peer**. What it throws else is logged, and the peer asked to come back later.
   * Default: everybody is welcome.
   */
  readonly authenticate?: Authenticate;
  /**
   * A new session of an identity ends the one that it has: the older client is told `superseded`, and does not come back. Needs
   * `authenticate`, which then has to return what can be compared: a string, a number, or an object with such an `id`. Sessions
   * of other processes are not seen. Default: false, as one person may have several devices.
   */
  readonly oneSessionPerIdentity?: boolean;
  /**
   * Connections that one identity may make in a minute, new and resumed, reckoned over a sliding one; beyond, a peer is told when
   * to come back. Default: 600, which is 50 sessions that change their connections as fast as one may in the long run, 12 times
   * a minute. A fleet that shares one identity needs more.
   */
  readonly maxConnectsPerIdentity?: number;
  /** Sessions and arrivals at one time; a peer beyond is told to come back later. Default: 65,536, what a default kernel has ports for. */
  readonly maxConnections?: number;
  /**
   * Those of one address; a peer beyond is told to come back later. An IPv6 address is counted with all others of its /64, and
   * a Unix socket has none. At `maxConnections` or above it is no limit. Default: half of `maxConnections`, so that nobody
   * alone can shut all others out; where clients share an address, behind a NAT, let it be more.
   */
  readonly maxConnectionsPerAddress?: number;
  /**
   * Arrivals at one time: connections in the handshake, and calls of `authenticate` for those that have gone. One beyond is
   * destroyed without a word. Default: 1,024.
   */
  readonly maxHandshakes?: number;
  /** Those of one address, counted as above. One beyond is destroyed without a word. Default: half of `maxHandshakes`. */
  readonly maxHandshakesPerAddress?: number;
  /**
   * Which balancers in front of the port tell by the PROXY protocol, version 1 or 2, for whom they connect: that is the
   * peer's address then, everywhere. From them a header is due, before TLS even, as the protocol forbids to guess; from others
   * none is taken. It is for `listen`: who gives a socket to `attach` has read such a header already. Default: none.
   */
  readonly proxyProtocol?: ProxyProtocolOptions;
  /**
   * How long a connection may last, each shortened by up to 10 %; then its client is asked to connect again, so that a fleet
   * spreads over new servers. Default: none.
   */
  readonly maxConnectionAge?: Duration;
  /** Sessions that wait for their client to come back, at one time; beyond, the longest waiting ends. Default: 10,000, which take 20 MB without messages. */
  readonly maxParkedSessions?: number;
  /** Bytes that those sessions hold for their clients; beyond, the longest waiting ends. Default: 64 MiB, which is 6.5 KiB for each of 10,000. */
  readonly maxParkedBytes?: number;
  /**
   * How many of those sessions may have one identity: what `authenticate` has returned, if that is a string or a number, or its `id`.
   * Default: 16, more than one person has devices; so a client that makes sessions and loses them drives out its own.
   */
  readonly maxParkedPerIdentity?: number;
}

/** Options of `server.close`. */
export interface CloseOptions {
  /** How long sessions may finish what is under way, before they are destroyed; a client does not wait longer than its own `closeTimeout`. Default: `closeTimeout`. */
  readonly drain?: Duration;
  /** After how long clients are welcome again: at most an hour, as clients heed no more. Default: 0. */
  readonly retryAfter?: Duration;
  /** Over how long, from then on, they shall spread: at most an hour. Default: 5 ms for each session, at most 1 min: 200 handshakes a second are no storm. */
  readonly spread?: Duration;
}

/** Options of `server.attach`. */
export interface AttachOptions {
  /** Bytes of the peer's that have been read already, such as those behind an HTTP upgrade. Default: none. */
  readonly head?: Uint8Array;
}

/** What a server takes at one time. */
export interface ServerLimits {
  /** Sessions and arrivals. */
  readonly maxConnections: number;
  /** Those of one address. */
  readonly maxConnectionsPerAddress: number;
  /** Arrivals. */
  readonly maxHandshakes: number;
  /** Those of one address. */
  readonly maxHandshakesPerAddress: number;
}

/** What a server keeps of sessions whose connection is lost. */
export interface ParkingLimits {
  readonly maxParkedSessions: number;
  readonly maxParkedBytes: number;
  readonly maxParkedPerIdentity: number;
}

/** What a server allows one identity. */
export interface IdentityLimits {
  readonly oneSessionPerIdentity: boolean;
  readonly maxConnectsPerIdentity: number;
}

/** {@link ServerOptions} resolved, as far as they are data. */
export interface ServerConfig {
  readonly session: SessionConfig;
  readonly socket: SocketConfig;
  readonly limits: ServerLimits;
  readonly identity: IdentityLimits;
  readonly parking: ParkingLimits;
  readonly maxConnectionAgeMs: number | undefined;
}

/** {@link CloseOptions} resolved. */
export interface CloseConfig {
  readonly drainMs: number;
  readonly retryAfterMs: number;
  readonly spreadMs: number;
}

const SPREAD_PER_SESSION_MS = 5;
const MAX_DEFAULT_SPREAD_MS = 60_000;

/** A shorter age would be spent on handshakes. */
const MIN_AGE_MS = 1_000;
const MAX_COUNT = 2 ** 31;

/** Here whoever comes from other libraries looks for it. */
const whereSchema = v.custom(() => false, 'given to listen(), not to createServer()');

const serverEntries: v.ObjectEntries = {
  host: v.exactOptional(whereSchema),
  port: v.exactOptional(whereSchema),
  path: v.exactOptional(whereSchema),
  ...sessionEntries,
  ...partEntries,
  ...socketEntries,
  tls: v.optional(v.unknown()), // findTlsProblems looks into it
  authenticate: v.optional(functionSchema),
  oneSessionPerIdentity: v.optional(booleanSchema),
  maxConnectsPerIdentity: v.optional(integerSchema(1, MAX_COUNT)),
  maxConnections: v.optional(integerSchema(1, MAX_COUNT)),
  maxConnectionsPerAddress: v.optional(integerSchema(1, MAX_COUNT)),
  maxHandshakes: v.optional(integerSchema(1, MAX_COUNT)),
  maxHandshakesPerAddress: v.optional(integerSchema(1, MAX_COUNT)),
  proxyProtocol: v.optional(proxyProtocolSchema),
  maxConnectionAge: v.optional(durationSchema(MIN_AGE_MS)),
  maxParkedSessions: v.optional(integerSchema(1, MAX_COUNT)),
  maxParkedBytes: v.optional(integerSchema(1, Number.MAX_SAFE_INTEGER)),
  maxParkedPerIdentity: v.optional(integerSchema(1, MAX_COUNT)),
};

const closeEntries: v.ObjectEntries = {
  drain: v.optional(durationSchema()),
  retryAfter: v.optional(durationSchema(0, MAX_RETRY_MS)),
  spread: v.optional(durationSchema(0, MAX_RETRY_MS)),
};

const attachEntries: v.ObjectEntries = {
  head: v.optional(v.instance(Uint8Array, 'a Uint8Array')),
};

/** @throws OptionsError that lists every problem. */
export function resolveServerOptions(options: ServerOptions): ServerConfig {
  checkOptions(serverEntries, options, findContradictions);
  return {
    session: fillSessionOptions(options),
    socket: fillSocketOptions(options),
    limits: resolveLimits(options),
    identity: {
      oneSessionPerIdentity: options.oneSessionPerIdentity ?? false,
      maxConnectsPerIdentity: options.maxConnectsPerIdentity ?? 600,
    },
    parking: {
      maxParkedSessions: options.maxParkedSessions ?? 10_000,
      maxParkedBytes: options.maxParkedBytes ?? 67_108_864,
      maxParkedPerIdentity: options.maxParkedPerIdentity ?? 16,
    },
    maxConnectionAgeMs: parseDuration(options.maxConnectionAge),
  };
}

/** Half for one address is Postfix's rule for `smtpd_client_connection_count_limit`. */
function resolveLimits({ maxConnections = 65_536, maxHandshakes = 1_024, ...perAddress }: ServerOptions): ServerLimits {
  return {
    maxConnections,
    maxConnectionsPerAddress: perAddress.maxConnectionsPerAddress ?? Math.ceil(maxConnections / 2),
    maxHandshakes,
    maxHandshakesPerAddress: perAddress.maxHandshakesPerAddress ?? Math.ceil(maxHandshakes / 2),
  };
}

function findContradictions(options: Readonly<Record<string, unknown>>): OptionProblem[] {
  return [...findSessionContradictions(options), ...findNobody(options), ...findTlsProblems(options['tls'])];
}

/** Without `authenticate` nobody has an identity. */
function findNobody({ oneSessionPerIdentity, authenticate }: Readonly<Record<string, unknown>>): OptionProblem[] {
  if (oneSessionPerIdentity !== true || authenticate !== undefined) return [];
  return [{ path: 'authenticate', requirement: 'given beside oneSessionPerIdentity', value: authenticate }];
}

/** @throws OptionsError that lists every problem. */
export function resolveCloseOptions(options: CloseOptions, sessions: number, closeTimeoutMs: number): CloseConfig {
  checkOptions(closeEntries, options);
  return {
    drainMs: parseDuration(options.drain) ?? closeTimeoutMs,
    retryAfterMs: parseDuration(options.retryAfter) ?? 0,
    spreadMs: parseDuration(options.spread) ?? Math.min(sessions * SPREAD_PER_SESSION_MS, MAX_DEFAULT_SPREAD_MS),
  };
}

/** @throws OptionsError that lists every problem. */
export function checkAttachOptions(options: AttachOptions): void {
  checkOptions(attachEntries, options);
}
