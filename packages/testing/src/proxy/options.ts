/** Options of a fault proxy. */

import type { Clock, Duration } from '@systole/core';
import { parseDuration } from '@systole/core';
import { checkOptions, durationSchema, methodsSchema } from '@systole/core/internal';
import { systemClock } from '@systole/core/node';
import * as v from 'valibot';
import { type Address, findPlaceProblems, type Place, placeSchema, resolvePlace } from './address.ts';

/** Options of {@link startFaultProxy}. */
export interface FaultProxyOptions {
  /** The real server: a port of 127.0.0.1, `{ host, port }`, or the `{ path }` of a Unix socket. */
  readonly target: Place;
  /** Where to listen. Default: a port of 127.0.0.1 that the system chooses. */
  readonly listen?: Place;
  /** For dialling the target; after it the client is reset. Default: 10 s, as in Systole's own handshake. */
  readonly connectTimeout?: Duration;
  /** The time of latency, rates and `connectTimeout`. Default: the clock of the process, whose alarms are up to 10 ms late. */
  readonly clock?: Clock;
}

/** {@link FaultProxyOptions} resolved. */
export interface FaultProxyConfig {
  readonly target: Address;
  readonly listen: Address;
  readonly connectTimeoutMs: number;
  readonly clock: Clock;
}

const entries: v.ObjectEntries = {
  target: placeSchema(1),
  listen: v.optional(placeSchema(0)),
  connectTimeout: v.optional(durationSchema(10)),
  clock: v.optional(methodsSchema('now', 'alarm')),
};

/** @throws OptionsError that lists every problem. */
export function resolveFaultProxyOptions(options: FaultProxyOptions): FaultProxyConfig {
  checkOptions(entries, options, ({ target, listen }) => [
    ...findPlaceProblems('target', target),
    ...findPlaceProblems('listen', listen),
  ]);
  return {
    target: resolvePlace(options.target),
    listen: resolvePlace(options.listen ?? 0),
    connectTimeoutMs: parseDuration(options.connectTimeout) ?? 10_000,
    clock: options.clock ?? systemClock,
  };
}
