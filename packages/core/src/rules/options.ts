/** Options that server and client share: what they are, their defaults with the reasons, and what contradicts each other. */

import * as v from 'valibot';
import type { OptionProblem } from '../words/errors.ts';
import type { HealthHook } from '../words/health.ts';
import { appStallSchema, findBlindJudge, resolveAppStall } from './app-stall.ts';
import {
  booleanSchema,
  checkOptions,
  durationSchema,
  functionSchema,
  integerSchema,
  methodsSchema,
  signalSchema,
} from './checks.ts';
import { costOf, MESSAGE_COST } from './cost.ts';
import type { Duration } from './duration.ts';
import { parseDuration } from './duration.ts';
import { idleLimitsSchema, resolveIdleLimits } from './idle-limits.ts';
import type { Keepalive, KeepaliveSetting } from './keepalive.ts';
import { PRESETS, resolveKeepalive } from './keepalive.ts';
import {
  MAX_CODEC_CHARS,
  MAX_HANDSHAKE_FRAME_BYTES,
  MAX_HANDSHAKE_WEIGHT,
  MAX_METADATA_KEYS,
  MAX_MIN_PING_INTERVAL_MS,
  MAX_PROBES,
} from './limits.ts';
import { msgpackCodec } from './msgpack-codec.ts';
import { findForeign, isPlainObject } from './plain.ts';
import { requirePlainMsgpack } from './plain-msgpack.ts';

/** What server and client understand alike. Durations are `'20s'` or milliseconds. */
export interface SessionOptions {
  /** How to watch the peer: a triple, a preset, or false. Default: idle 20 s, interval 5 s, probes 3. */
  readonly keepalive?: KeepaliveSetting;
  /**
   * Idle limits of boxes on the path to the peer that you know of, beside the common ones: a silence just over one of them gives `eof`
   * the hint `idle-cut`, and a warning is logged if `idle` is not below the smallest. Default: none.
   */
  readonly idleLimits?: readonly Duration[];
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
  /**
   * The largest message, or value of a result, to accept, in bytes. It travels in parts of 64 KiB. Decoded, one that is made for it takes up
   * to a hundred times as much, while it is handled. Default: 1 MiB.
   */
  readonly maxMessageBytes?: number;
  /** Messages that may wait here for their result. Default: 1,024. */
  readonly maxQueuedMessages?: number;
  /** Bytes of those among them that the peer is not known to have received. Default: 16 MiB. */
  readonly maxQueuedBytes?: number;
  /** Calls of `send` that may wait for room in that queue; one beyond rejects with `ERR_QUEUE_FULL`. Default: 0, so that a full queue is told at once. */
  readonly maxWaiters?: number;
  /**
   * Bytes of received messages that may wait for the handler, each counted with 128 more; the peer is given credit for as much
   * (W5). Also what results may take that the peer has not fetched. At least `maxMessageBytes` + 128. Default: 4 MiB, or that.
   */
  readonly maxUnhandledBytes?: number;
  /**
   * How long a session is kept when its connection is lost, so that another one resumes it and no message is lost: the shorter
   * of both ends' windows counts. 0 switches it off. Default: 2 min, which covers a restart of a router and most dead zones.
   */
  readonly resumeWindow?: Duration;
  /** Says how our application is, for the peer's event `health`. Asked for each PING that comes. Default: none. */
  readonly health?: HealthHook;
  /**
   * For how long messages that the peer's application owes us an outcome for may stand still, while it answers PINGs, before
   * `appStalled` is told. 0 or false switches it off. Default: 60 s, more than most handlers take for one message.
   */
  readonly appStallTimeout?: Duration | false;
  /** Whether `appStalled` is a verdict, too, which ends the connection: cause `app-stalled`. Default: false. */
  readonly judgeAppStall?: boolean;
  /** Plain data shown to the peer in the handshake, such as `{ name: 'sensor 7' }`. Default: none. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** {@link SessionOptions} resolved: complete, in milliseconds and bytes. */
export interface SessionConfig {
  /** Undefined to not watch the peer. */
  readonly keepalive: Keepalive | undefined;
  /** Beside the common ones. */
  readonly idleLimitsMs: readonly number[];
  /** Whether to refuse a peer that would raise our triple. */
  readonly strict: boolean;
  /** The lowest spacing of PINGs that we accept. */
  readonly minPingIntervalMs: number;
  /** How long a queue that moves may put a verdict off (L4). */
  readonly writeTimeoutMs: number;
  /** How long our own pause may put a verdict off (L5). */
  readonly pausedTimeoutMs: number;
  /** For all of the handshake (L10). */
  readonly handshakeTimeoutMs: number;
  /** After it, `close()` destroys. */
  readonly closeTimeoutMs: number;
  /** The largest message, or value of a result, that we accept. */
  readonly maxMessageBytes: number;
  /** How many messages may wait for their results. */
  readonly maxQueuedMessages: number;
  /** How many of their bytes the peer may not have received. */
  readonly maxQueuedBytes: number;
  /** How many calls of `send` may wait for room. */
  readonly maxWaiters: number;
  /** How much may wait for the handler, each message counted with 128 more (W5). */
  readonly maxUnhandledBytes: number;
  /** How long the session is kept without a connection; 0 for not at all. */
  readonly resumeWindowMs: number;
  /** Says how our application is. */
  readonly health: HealthHook | undefined;
  /** After how long `appStalled` is told; undefined for never. */
  readonly appStallTimeoutMs: number | undefined;
  /** Whether that is a verdict. */
  readonly judgeAppStall: boolean;
  /** Shown to the peer; empty for none. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** A shorter idle or interval would measure our own scheduler: lateness of up to 100 ms is ordinary (MIN_STALL_MS). */
const MIN_PERIOD_MS = 100;
const MIN_TIMEOUT_MS = 10;
const MAX_MESSAGE_BYTES = 2 ** 30;
const DEFAULT_MESSAGE_BYTES = 1_048_576;
const DEFAULT_UNHANDLED_BYTES = 4_194_304;
/** What a week-long dead zone leaves behind is not a connection to go on with. */
const MAX_RESUME_MS = 7 * 24 * 3_600_000;

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
const MAX_INTRODUCTION_WEIGHT = MAX_HANDSHAKE_WEIGHT - 1_024;

/** What contradicts each other in the options that server and client share. */
export function findSessionContradictions(options: Readonly<Record<string, unknown>>): OptionProblem[] {
  return [...findOversize(options), ...findTooSmallInbox(options), ...findBlindJudge(options)];
}

/** A message for which there is never room would wait for ever. */
function findTooSmallInbox({ maxMessageBytes, maxUnhandledBytes }: Readonly<Record<string, unknown>>): OptionProblem[] {
  const largest = maxMessageBytes ?? DEFAULT_MESSAGE_BYTES;
  if (typeof largest !== 'number' || typeof maxUnhandledBytes !== 'number') return []; // absent, or found already
  if (maxUnhandledBytes >= costOf(largest)) return [];
  const requirement = `at least maxMessageBytes + ${MESSAGE_COST}, which is ${costOf(largest)}`;
  return [{ path: 'maxUnhandledBytes', requirement, value: maxUnhandledBytes }];
}

/** Metadata and credentials that do not fit into HELLO or WELCOME. */
function findOversize({ metadata, credentials }: Readonly<Record<string, unknown>>): OptionProblem[] {
  const introduction = { metadata, credentials };
  if (findForeign(introduction) !== undefined) return []; // has been found already
  const path =
    metadata === undefined ? 'credentials' : credentials === undefined ? 'metadata' : 'metadata and credentials';
  const encoded = msgpackCodec().encode(introduction);
  if (encoded.length > MAX_INTRODUCTION_BYTES) {
    return [{ path, requirement: `at most ${MAX_INTRODUCTION_BYTES} bytes when encoded`, value: encoded.length }];
  }
  const { weight } = requirePlainMsgpack(encoded);
  if (weight <= MAX_INTRODUCTION_WEIGHT) return [];
  return [
    { path, requirement: `made of fewer values: of a weight of at most ${MAX_INTRODUCTION_WEIGHT}`, value: weight },
  ];
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
  idleLimits: v.optional(idleLimitsSchema),
  strict: v.optional(booleanSchema),
  minPingInterval: v.optional(durationSchema(MIN_TIMEOUT_MS, MAX_MIN_PING_INTERVAL_MS)),
  writeTimeout: v.optional(durationSchema(MIN_TIMEOUT_MS)),
  pausedTimeout: v.optional(durationSchema(0)),
  handshakeTimeout: v.optional(durationSchema(MIN_TIMEOUT_MS)),
  closeTimeout: v.optional(durationSchema(0)),
  maxMessageBytes: v.optional(integerSchema(1, MAX_MESSAGE_BYTES)),
  maxQueuedMessages: v.optional(integerSchema(1, 2 ** 31)),
  maxQueuedBytes: v.optional(integerSchema(1, Number.MAX_SAFE_INTEGER)),
  maxWaiters: v.optional(integerSchema(0, 2 ** 31)),
  maxUnhandledBytes: v.optional(integerSchema(costOf(1), 2 ** 40)),
  resumeWindow: v.optional(durationSchema(0, MAX_RESUME_MS)),
  health: v.optional(functionSchema),
  appStallTimeout: v.optional(appStallSchema),
  judgeAppStall: v.optional(booleanSchema),
  metadata: v.optional(metadataSchema),
};

/** The valibot entries of the options of a socket. */
export const socketEntries: v.ObjectEntries = {
  noDelay: v.optional(booleanSchema),
  kernelKeepalive: v.optional(booleanSchema),
};

/** The valibot entries of the options of `send` and `verify`. */
export const waitEntries: v.ObjectEntries = {
  signal: v.optional(signalSchema),
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
 * Options with their defaults filled in.
 *
 * @throws OptionsError
 */
export function resolveSessionOptions(options: SessionOptions): SessionConfig {
  checkOptions(sessionEntries, options, findSessionContradictions);
  return fillSessionOptions(options);
}

/** {@link resolveSessionOptions} for options that have been checked already. */
export function fillSessionOptions(options: SessionOptions): SessionConfig {
  const maxMessageBytes = options.maxMessageBytes ?? DEFAULT_MESSAGE_BYTES;
  return {
    keepalive: resolveKeepalive(options.keepalive),
    idleLimitsMs: resolveIdleLimits(options.idleLimits),
    strict: options.strict ?? false,
    minPingIntervalMs: parseDuration(options.minPingInterval) ?? 1_000,
    writeTimeoutMs: parseDuration(options.writeTimeout) ?? 60_000,
    pausedTimeoutMs: parseDuration(options.pausedTimeout) ?? 60_000,
    handshakeTimeoutMs: parseDuration(options.handshakeTimeout) ?? 10_000,
    closeTimeoutMs: parseDuration(options.closeTimeout) ?? 5_000,
    maxMessageBytes,
    maxQueuedMessages: options.maxQueuedMessages ?? 1_024,
    maxQueuedBytes: options.maxQueuedBytes ?? 16_777_216,
    maxWaiters: options.maxWaiters ?? 0,
    maxUnhandledBytes: options.maxUnhandledBytes ?? Math.max(DEFAULT_UNHANDLED_BYTES, costOf(maxMessageBytes)),
    resumeWindowMs: parseDuration(options.resumeWindow) ?? 120_000,
    health: options.health,
    appStallTimeoutMs: resolveAppStall(options.appStallTimeout),
    judgeAppStall: options.judgeAppStall ?? false,
    metadata: options.metadata ?? {},
  };
}
