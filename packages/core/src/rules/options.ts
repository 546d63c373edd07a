/** Options that server and client share: defaults with their reasons, and one validator that reports everything at once. */

import * as v from 'valibot';
import type { OptionProblem } from '../words/errors.ts';
import { OptionsError } from '../words/errors.ts';
import type { Duration } from './duration.ts';
import { MAX_DURATION_MS, parseDuration } from './duration.ts';
import type { Keepalive, KeepaliveSetting } from './keepalive.ts';
import { PRESETS, resolveKeepalive } from './keepalive.ts';
import {
  MAX_CODEC_CHARS,
  MAX_HANDSHAKE_FRAME_BYTES,
  MAX_METADATA_KEYS,
  MAX_MIN_PING_INTERVAL_MS,
  MAX_PROBES,
  MIN_FRAME_LIMIT_BYTES,
} from './limits.ts';
import { msgpackCodec } from './msgpack-codec.ts';
import { findForeign, isPlainObject } from './plain.ts';

/** What server and client understand alike. Durations are `'20s'` or milliseconds. */
export interface SessionOptions {
  /** How to watch the peer: a triple, a preset, or false. Default: idle 20 s, interval 5 s, probes 3. */
  readonly keepalive?: KeepaliveSetting;
  /** Refuse a peer that would raise our triple, instead of telling the new bound in `connect`. Default: false. */
  readonly strict?: boolean;
  /** The lowest spacing of PINGs to accept from the peer, as a token bucket with bursts. Default: 1 s, which costs a peer that floods us more than us. */
  readonly minPingInterval?: Duration;
  /** How long a send queue that makes progress may put a verdict off, counted from the last evidence (L4). Default: 60 s. */
  readonly writeTimeout?: Duration;
  /** How long reading may be paused by ourselves before the verdict runs on (L5). Default: 60 s. */
  readonly pausedTimeout?: Duration;
  /** For HELLO and WELCOME, and before them TCP and TLS, of each attempt (L10). Default: 10 s. */
  readonly handshakeTimeout?: Duration;
  /** For `close()`: after it the connection is destroyed. Default: 5 s. */
  readonly closeTimeout?: Duration;
  /** The largest frame to accept, in bytes, and with it the largest message. Default: 1 MiB, four times the receive buffer most kernels start with. */
  readonly maxFrameBytes?: number;
  /** Messages that may wait here for their result. Default: 1,024. */
  readonly maxQueuedMessages?: number;
  /** Bytes of those messages. Default: 16 MiB. */
  readonly maxQueuedBytes?: number;
  /** Received messages that may wait for the handler; with more, reading pauses. Default: 1,024. */
  readonly maxUnhandledMessages?: number;
  /** Plain data shown to the peer in the handshake, such as `{ name: 'sensor 7' }`. Default: none. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** {@link SessionOptions} resolved: complete, in milliseconds and bytes. */
export interface SessionConfig {
  readonly keepalive: Keepalive | undefined;
  readonly strict: boolean;
  readonly minPingIntervalMs: number;
  readonly writeTimeoutMs: number;
  readonly pausedTimeoutMs: number;
  readonly handshakeTimeoutMs: number;
  readonly closeTimeoutMs: number;
  readonly maxFrameBytes: number;
  readonly maxQueuedMessages: number;
  readonly maxQueuedBytes: number;
  readonly maxUnhandledMessages: number;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** A shorter idle or interval would measure our own scheduler: lateness of up to 100 ms is ordinary (MIN_STALL_MS). */
const MIN_PERIOD_MS = 100;
const MIN_TIMEOUT_MS = 10;
const MAX_FRAME_BYTES = 2 ** 30;

/** A valibot check of a duration, `250` or `'20s'`, of `minMs` to `maxMs`; without a maximum, of up to 1,000 years. */
export function durationSchema(minMs = 0, maxMs: number = MAX_DURATION_MS): v.GenericSchema {
  const atMost = maxMs === MAX_DURATION_MS ? '1,000 years' : `${maxMs} ms`;
  return v.custom((value) => {
    const ms = parseDuration(value);
    return ms !== undefined && ms >= minMs && ms <= maxMs;
  }, `a duration such as 250 or '20s', of ${minMs} ms to ${atMost}`);
}

/** A valibot check of a whole number from `min` to `max`. */
export function integerSchema(min: number, max: number): v.GenericSchema {
  return v.custom(
    (value) => Number.isInteger(value) && (value as number) >= min && (value as number) <= max,
    `a whole number from ${min} to ${max}`,
  );
}

/** A valibot check of a boolean. */
export const booleanSchema: v.GenericSchema = v.boolean('true or false');

/** A valibot check of a function. */
export const functionSchema: v.GenericSchema = v.custom((value) => typeof value === 'function', 'a function');

/** A valibot check of an object that has these methods. */
export function methodsSchema(...methods: readonly string[]): v.GenericSchema {
  return v.custom(
    (value) => {
      if (typeof value !== 'object' || value === null) return false;
      return methods.every((method) => typeof (value as Record<string, unknown>)[method] === 'function');
    },
    `an object with the methods ${methods.join(', ')}`,
  );
}

/** A valibot check of plain data: what arrives is what was sent. */
export const plainSchema: v.GenericSchema = v.custom(
  (value) => findForeign(value) === undefined,
  'plain data: null, booleans, numbers, strings, byte arrays, arrays and plain objects',
);

const metadataSchema = v.custom(
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.keys(value).length <= MAX_METADATA_KEYS &&
    findForeign(value) === undefined,
  `a plain object of at most ${MAX_METADATA_KEYS} keys, made of plain data`,
);

/** The name goes into the handshake, and into logs. */
const codecSchema = v.pipe(
  methodsSchema('encode', 'decode'),
  v.custom((codec) => {
    const { name } = codec as { name?: unknown };
    return typeof name === 'string' && new RegExp(`^[\\x20-\\x7e]{1,${MAX_CODEC_CHARS}}$`).test(name);
  }, `named with 1 to ${MAX_CODEC_CHARS} characters of printable ASCII`),
);

/** What metadata and credentials may take of a handshake frame; the other fields of HELLO and WELCOME need less than the rest. */
const MAX_INTRODUCTION_BYTES = MAX_HANDSHAKE_FRAME_BYTES - 1_024;

/** Metadata and credentials that do not fit into HELLO or WELCOME. */
export function findOversize({ metadata, credentials }: Readonly<Record<string, unknown>>): OptionProblem[] {
  const introduction = { metadata, credentials };
  if (findForeign(introduction) !== undefined) return []; // has been found already
  const { length } = msgpackCodec().encode(introduction);
  if (length <= MAX_INTRODUCTION_BYTES) return [];
  const path =
    metadata === undefined ? 'credentials' : credentials === undefined ? 'metadata' : 'metadata and credentials';
  return [{ path, requirement: `at most ${MAX_INTRODUCTION_BYTES} bytes when encoded`, value: length }];
}

const presetNames = Object.keys(PRESETS)
  .map((name) => `'${name}'`)
  .join(', ');
const KEEPALIVE_REQUIREMENT = `false, one of ${presetNames}, or an object of idle, interval and probes`;

const tripleSchema = v.strictObject({
  idle: v.optional(durationSchema(MIN_PERIOD_MS)),
  interval: v.optional(durationSchema(MIN_PERIOD_MS)),
  probes: v.optional(integerSchema(1, MAX_PROBES)),
});

const keepaliveSchema = v.lazy((value) =>
  isPlainObject(value)
    ? tripleSchema
    : v.custom(
        (name) => name === false || (typeof name === 'string' && Object.hasOwn(PRESETS, name)),
        KEEPALIVE_REQUIREMENT,
      ),
);

/** The valibot entries of {@link SessionOptions}, for server and client to spread into theirs. */
export const sessionEntries: v.ObjectEntries = {
  keepalive: v.optional(keepaliveSchema),
  strict: v.optional(booleanSchema),
  minPingInterval: v.optional(durationSchema(MIN_TIMEOUT_MS, MAX_MIN_PING_INTERVAL_MS)),
  writeTimeout: v.optional(durationSchema(MIN_TIMEOUT_MS)),
  pausedTimeout: v.optional(durationSchema(0)),
  handshakeTimeout: v.optional(durationSchema(MIN_TIMEOUT_MS)),
  closeTimeout: v.optional(durationSchema(0)),
  maxFrameBytes: v.optional(integerSchema(MIN_FRAME_LIMIT_BYTES, MAX_FRAME_BYTES)),
  maxQueuedMessages: v.optional(integerSchema(1, 2 ** 31)),
  maxQueuedBytes: v.optional(integerSchema(1, Number.MAX_SAFE_INTEGER)),
  maxUnhandledMessages: v.optional(integerSchema(1, 2 ** 31)),
  metadata: v.optional(metadataSchema),
};

/** The valibot entries of the options of a socket. */
export const socketEntries: v.ObjectEntries = {
  noDelay: v.optional(booleanSchema),
  kernelKeepalive: v.optional(booleanSchema),
};

/** The valibot entries of the options of `send` and `verify`. */
export const waitEntries: v.ObjectEntries = {
  signal: v.optional(methodsSchema('addEventListener', 'removeEventListener')),
  timeout: v.optional(durationSchema(0)),
};

/** The valibot entries of the replaceable parts and the handler. */
export const partEntries: v.ObjectEntries = {
  onMessage: v.optional(functionSchema),
  clock: v.optional(methodsSchema('now', 'alarm', 'afterPoll', 'onStall')),
  codec: v.optional(codecSchema),
  logger: v.optional(methodsSchema('debug', 'info', 'warn', 'error', 'child')),
  random: v.optional(functionSchema),
};

/**
 * Checks options against entries, and further rules that look at several of them.
 *
 * @throws OptionsError that lists every problem: unknown names, wrong values, contradictions.
 */
export function checkOptions(
  entries: v.ObjectEntries,
  options: unknown,
  contradictions: (options: Readonly<Record<string, unknown>>) => OptionProblem[] = () => [],
): void {
  if (!isPlainObject(options)) {
    throw new OptionsError([{ path: 'options', requirement: 'an object', value: options }]);
  }
  const result = v.safeParse(v.strictObject(entries), options);
  const problems = result.success ? [] : result.issues.flatMap((issue) => problemsOf(issue));
  problems.push(...contradictions(options));
  if (problems.length > 0) throw new OptionsError(problems);
}

function problemsOf(issue: v.BaseIssue<unknown>): OptionProblem[] {
  const path = v.getDotPath(issue) ?? 'options';
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    return [{ path, requirement: 'left out (there is no such option)', value: issue.path?.at(-1)?.value }];
  }
  // A name in quotes is that of an entry which is missing.
  const isMissing = issue.type === 'strict_object' && issue.expected?.startsWith('"') === true;
  return [{ path, requirement: isMissing ? 'given' : issue.message, value: issue.input }];
}

/**
 * Options with their defaults filled in.
 *
 * @throws OptionsError
 */
export function resolveSessionOptions(options: SessionOptions): SessionConfig {
  checkOptions(sessionEntries, options);
  return fillSessionOptions(options);
}

/** {@link resolveSessionOptions} for options that have been checked already. */
export function fillSessionOptions(options: SessionOptions): SessionConfig {
  return {
    keepalive: resolveKeepalive(options.keepalive),
    strict: options.strict ?? false,
    minPingIntervalMs: parseDuration(options.minPingInterval) ?? 1_000,
    writeTimeoutMs: parseDuration(options.writeTimeout) ?? 60_000,
    pausedTimeoutMs: parseDuration(options.pausedTimeout) ?? 60_000,
    handshakeTimeoutMs: parseDuration(options.handshakeTimeout) ?? 10_000,
    closeTimeoutMs: parseDuration(options.closeTimeout) ?? 5_000,
    maxFrameBytes: options.maxFrameBytes ?? 1_048_576,
    maxQueuedMessages: options.maxQueuedMessages ?? 1_024,
    maxQueuedBytes: options.maxQueuedBytes ?? 16_777_216,
    maxUnhandledMessages: options.maxUnhandledMessages ?? 1_024,
    metadata: options.metadata ?? {},
  };
}
