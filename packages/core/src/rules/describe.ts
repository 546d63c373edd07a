/** What a choice of options promises, in numbers. */

import * as v from 'valibot';
import { checkOptions, durationSchema } from './checks.ts';
import type { Duration } from './duration.ts';
import { parseDuration } from './duration.ts';
import type { Keepalive, KeepaliveSetting } from './keepalive.ts';
import { boundMs, maxBoundMs } from './keepalive.ts';
import { fillSessionOptions, sessionEntries } from './options.ts';

/** What {@link describe} tells of a triple. */
export interface Description extends Keepalive {
  /** The longest time from the last evidence to the verdict: idle + interval x probes. */
  readonly boundMs: number;
  /** The same with every extension used up: a send queue that makes progress, stalls of our own, reading paused by ourselves. Time in which our process did not run comes on top. */
  readonly maxBoundMs: number;
  /**
   * The outage that is ridden out for certain: (interval x probes - RTO - RTT) / 2, at least 0. TCP's doubling back-off can
   * make an outage last twice as long for the application; more is often survived.
   */
  readonly outageMs: number;
  /** Probes a day on a connection that is otherwise idle. */
  readonly probesPerDay: number;
  /** Bytes a day for those probes and their answers on the wire, IPv4 and TCP headers included, TLS not. */
  readonly bytesPerDay: number;
}

/** What {@link describe} needs: the options that bear on liveness, and the path. */
export interface DescribeOptions {
  /** As in the options of a session. Default: idle 20 s, interval 5 s, probes 3. */
  readonly keepalive?: KeepaliveSetting;
  /** As in the options of a session. Default: 60 s. */
  readonly writeTimeout?: Duration;
  /** As in the options of a session. Default: 60 s. */
  readonly pausedTimeout?: Duration;
  /** Round-trip time of the path. Default: 50 ms. */
  readonly rtt?: Duration;
}

/** Linux's lowest retransmission timeout (TCP_RTO_MIN), which comes on top of the round trip. */
const MIN_RTO_MS = 200;
const DEFAULT_RTT_MS = 50;
const DAY_MS = 24 * 3_600_000;

/** Idle is shortened by 0 to 10 %, so by 5 % on average (L8). */
const MEAN_IDLE_SHARE = 0.95;

/** PING, PONG with its acknowledgement, acknowledgement: three segments of 52 bytes (IPv4, TCP with timestamps), and 4 bytes of ours in two of them. */
const BYTES_PER_HEARTBEAT = 3 * 52 + 2 * 4;

/**
 * What these options promise; undefined if they watch nothing.
 *
 * @throws OptionsError if the options are wrong.
 */
export function describe(options: DescribeOptions = {}): Description | undefined {
  checkOptions({ ...sessionEntries, rtt: v.optional(durationSchema()) }, options);
  const config = fillSessionOptions(options);
  const { keepalive } = config;
  if (keepalive === undefined) return undefined;
  const rttMs = parseDuration(options.rtt) ?? DEFAULT_RTT_MS;
  const windowMs = keepalive.intervalMs * keepalive.probes;
  const probesPerDay = DAY_MS / (keepalive.idleMs * MEAN_IDLE_SHARE + rttMs);
  return {
    ...keepalive,
    boundMs: boundMs(keepalive),
    maxBoundMs: maxBoundMs(keepalive, config),
    outageMs: Math.max(0, (windowMs - (MIN_RTO_MS + rttMs) - rttMs) / 2),
    probesPerDay: Math.round(probesPerDay),
    bytesPerDay: Math.round(probesPerDay) * BYTES_PER_HEARTBEAT,
  };
}
