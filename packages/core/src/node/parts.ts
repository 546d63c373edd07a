/** The replaceable parts of sessions, and what stands in where an option leaves one out. */

import { randomUUID } from 'node:crypto';
import { msgpackCodec } from '../rules/msgpack-codec.ts';
import type { SessionParts } from '../session/session-parts.ts';
import type { Clock } from '../words/clock.ts';
import type { Codec } from '../words/codec.ts';
import type { Logger } from '../words/logger.ts';
import { publish, publishStall } from './diagnostics.ts';
import { systemClock } from './system-clock.ts';

/** Identifies this start of this process to every peer. */
export const BOOT_ID: string = randomUUID();

// Once for the process, whoever uses its clock.
systemClock.onStall(publishStall);

/** Options that replace parts. */
export interface PartOptions {
  /** Default: the monotonic clock and the one scheduler of the process. */
  readonly clock?: Clock;
  /** Both ends must use a codec of the same name. Default: MessagePack. */
  readonly codec?: Codec;
  /** A pino logger, or one with its methods. Default: a silent one. */
  readonly logger?: Logger;
  /** Uniform in [0, 1), for jitter. Default: Math.random. */
  readonly random?: () => number;
}

/** Option, then default. */
export function resolveParts({ clock, codec, logger, random }: PartOptions, silent: Logger): SessionParts {
  return {
    clock: clock ?? systemClock,
    codec: codec ?? msgpackCodec(),
    logger: logger ?? silent,
    random: random ?? Math.random,
    publish,
  };
}
