/** Options of a client. */

import type { Duration, MessageHandler, OptionProblem, SessionOptions } from '@systole/core';
import {
  checkOptions,
  durationSchema,
  findOversize,
  integerSchema,
  methodsSchema,
  parseDuration,
  partEntries,
  plainSchema,
  sessionEntries,
} from '@systole/core';
import type { PartOptions } from '@systole/core/node';
import * as v from 'valibot';
import type { BackoffConfig } from './backoff.ts';

/** How a client comes back after a connection, or an attempt, has ended. */
export interface ReconnectOptions {
  /** The ceiling of the first delay, which is uniform below it; it doubles with each attempt. Default: 3 s, which spreads a fleet to at most 3 % in each 100 ms. */
  readonly base?: Duration;
  /** The highest ceiling. Default: 30 s. */
  readonly cap?: Duration;
  /** How long a connection must have lasted, and have proven a heartbeat, for the delays to start from `base` again. Default: 5 s. */
  readonly minUptime?: Duration;
  /** How often to try again, in a row, before the session ends. Default: no limit. */
  readonly maxAttempts?: number;
}

/** Options of {@link connect}: `port` or `path` is needed, all else has a default. */
export interface ClientOptions extends SessionOptions, PartOptions {
  /** A name or an address. Default: `localhost`. */
  readonly host?: string;
  readonly port?: number;
  /** The path of a Unix socket, instead of host and port. */
  readonly path?: string;
  /** False to end with the first connection, or the first attempt that fails. */
  readonly reconnect?: ReconnectOptions | false;
  /** For resolving the name, which `handshakeTimeout` does not cover. Default: 5 s. */
  readonly dnsTimeout?: Duration;
  /** Shown to the server in the handshake. Plain data. */
  readonly credentials?: unknown;
  /** Destroys the client, also while it waits. */
  readonly signal?: AbortSignal;
  /** Handles the messages of the server. Without it, they are refused with `no-handler`. */
  readonly onMessage?: MessageHandler;
}

/** Where to connect. */
export type Target = { readonly host: string; readonly port: number } | { readonly path: string };

/** {@link ClientOptions} resolved, as far as they are the client's alone. */
export interface ClientConfig {
  readonly target: Target;
  readonly dnsTimeoutMs: number;
  readonly credentials: unknown;
  readonly reconnect: (BackoffConfig & { readonly minUptimeMs: number; readonly maxAttempts: number }) | undefined;
}

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

const clientEntries: v.ObjectEntries = {
  ...sessionEntries,
  ...partEntries,
  host: v.optional(textSchema),
  port: v.optional(integerSchema(1, 65_535)),
  path: v.optional(textSchema),
  reconnect: v.optional(reconnectSchema),
  dnsTimeout: v.optional(durationSchema(10)),
  credentials: v.optional(plainSchema),
  signal: v.optional(methodsSchema('addEventListener', 'removeEventListener')),
};

/** @throws OptionsError that lists every problem. */
export function resolveClientOptions(options: ClientOptions): ClientConfig {
  checkOptions(clientEntries, options, findContradictions);
  const { host = 'localhost', port = 0, path } = options;
  return {
    target: path === undefined ? { host, port } : { path },
    dnsTimeoutMs: parseDuration(options.dnsTimeout) ?? 5_000,
    credentials: options.credentials,
    reconnect: options.reconnect === false ? undefined : fillReconnect(options.reconnect),
  };
}

function fillReconnect(options: ReconnectOptions = {}): NonNullable<ClientConfig['reconnect']> {
  const baseMs = parseDuration(options.base) ?? 3_000;
  return {
    baseMs,
    capMs: parseDuration(options.cap) ?? Math.max(30_000, baseMs),
    minUptimeMs: parseDuration(options.minUptime) ?? 5_000,
    maxAttempts: options.maxAttempts ?? Number.POSITIVE_INFINITY,
  };
}

function findContradictions(options: Readonly<Record<string, unknown>>): OptionProblem[] {
  const { host, port, path, reconnect } = options;
  const problems = findOversize(options);
  if (path === undefined && port === undefined) {
    problems.push({ path: 'port', requirement: 'given, or path instead', value: port });
  }
  if (path !== undefined && port !== undefined)
    problems.push({ path: 'port', requirement: 'left out beside path', value: port });
  if (path !== undefined && host !== undefined)
    problems.push({ path: 'host', requirement: 'left out beside path', value: host });
  const { base, cap }: ReconnectOptions = typeof reconnect === 'object' && reconnect !== null ? reconnect : {};
  const baseMs = parseDuration(base);
  const capMs = parseDuration(cap);
  if (baseMs !== undefined && capMs !== undefined && capMs < baseMs) {
    problems.push({ path: 'reconnect.cap', requirement: `at least reconnect.base (${baseMs} ms)`, value: cap });
  }
  return problems;
}
