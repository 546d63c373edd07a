/** Options of a watch: their check, and their defaults. */

import type { Keepalive, OptionProblem } from '@systole/core';
import { parseDuration } from '@systole/core';
import {
  booleanSchema,
  checkOptions,
  durationSchema,
  fillSessionOptions,
  functionSchema,
  methodsSchema,
  partEntries,
  sessionEntries,
  signalSchema,
} from '@systole/core/internal';
import * as v from 'valibot';
import type { Probe, ReplyOptions, WatchOptions } from './api.ts';
import type { IdlePeriods } from './idle-states.ts';

/** {@link WatchOptions} resolved, as far as they are data. */
export interface WatchConfig {
  readonly keepalive: Keepalive | undefined;
  readonly probe: Probe | undefined;
  readonly reply: ReplyOptions | undefined;
  readonly strict: boolean;
  readonly idle: IdlePeriods;
  readonly destroy: boolean | (() => void);
  readonly writeTimeoutMs: number;
  readonly pausedTimeoutMs: number;
  readonly idleLimitsMs: readonly number[];
}

/** A shorter one would measure our own scheduler, as for keepalive. */
const MIN_IDLE_MS = 100;

const idleSchema = v.strictObject({
  reader: v.optional(durationSchema(MIN_IDLE_MS)),
  writer: v.optional(durationSchema(MIN_IDLE_MS)),
  both: v.optional(durationSchema(MIN_IDLE_MS)),
});

const watchEntries: v.ObjectEntries = {
  ...pick(sessionEntries, 'keepalive', 'idleLimits', 'writeTimeout', 'pausedTimeout'),
  ...pick(partEntries, 'clock', 'logger', 'random'),
  probe: v.optional(functionSchema),
  reply: v.optional(v.strictObject({ framer: methodsSchema('splitter'), matches: functionSchema })),
  strict: v.optional(booleanSchema),
  idle: v.optional(idleSchema),
  destroy: v.optional(v.union([v.boolean(), v.function()], 'true, false or a function')),
  signal: v.optional(signalSchema),
};

/** @throws OptionsError that lists every problem. */
export function resolveWatchOptions(options: WatchOptions): WatchConfig {
  checkOptions(watchEntries, options, findContradictions);
  const { keepalive, writeTimeoutMs, pausedTimeoutMs, idleLimitsMs } = fillSessionOptions(options);
  const { probe, reply, strict = false, idle = {}, destroy = true } = options;
  return {
    keepalive,
    probe,
    reply,
    strict,
    idle: {
      reader: parseDuration(idle.reader),
      writer: parseDuration(idle.writer),
      both: parseDuration(idle.both),
    },
    destroy,
    writeTimeoutMs,
    pausedTimeoutMs,
    idleLimitsMs,
  };
}

/** What would watch nothing, or never find an answer. */
function findContradictions(options: Readonly<Record<string, unknown>>): OptionProblem[] {
  const { keepalive, probe, reply, strict, idle } = options;
  const problems: OptionProblem[] = [];
  if (keepalive === false && !hasPeriod(idle)) {
    problems.push({
      path: 'keepalive',
      requirement: 'given where idle has no period, as nothing would be watched',
      value: keepalive,
    });
  }
  if (keepalive === false && probe !== undefined) {
    problems.push({
      path: 'probe',
      requirement: 'left out where keepalive is false, as nothing would call it',
      value: probe,
    });
  }
  if (strict === true && probe === undefined) {
    problems.push({
      path: 'strict',
      requirement: 'false where there is no probe, as nothing would be answered',
      value: strict,
    });
  }
  if (reply !== undefined && probe === undefined) {
    problems.push({
      path: 'reply',
      requirement: 'left out where there is no probe, as nothing would be answered',
      value: reply,
    });
  }
  return problems;
}

/** An `idle` without any of its three tells nothing. */
function hasPeriod(idle: unknown): boolean {
  return typeof idle === 'object' && idle !== null && Object.values(idle).some((period) => period !== undefined);
}

function pick(entries: v.ObjectEntries, ...names: readonly string[]): v.ObjectEntries {
  return Object.fromEntries(Object.entries(entries).filter(([name]) => names.includes(name)));
}
