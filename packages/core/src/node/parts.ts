/** The replaceable parts of sessions, and what stands in where an option leaves one out. */

import { randomUUID } from 'node:crypto';
import { markAsUntransferable } from 'node:worker_threads';
import { msgpackCodec } from '../rules/msgpack-codec.ts';
import { slabs } from '../rules/slab.ts';
import type { SessionParts } from '../session/session-parts.ts';
import type { Clock } from '../words/clock.ts';
import type { Codec } from '../words/codec.ts';
import type { Logger } from '../words/logger.ts';
import { publish, publishStall } from './diagnostics.ts';
import { systemClock } from './system-clock.ts';

/** Identifies this start of this process to every peer. */
export const BOOT_ID: string = randomUUID();

/**
 * Small messages of bytes lie side by side, as Buffers do in Node's pool, and as there their memory cannot be transferred to another
 * thread: that would take it away from the others. Node 20 copies instead, newer ones throw.
 */
const defaultCodec = msgpackCodec(slabs(markAsUntransferable));

// Once for the process, whoever uses its clock.
systemClock.onStall(publishStall);

/** Options that replace parts. */
export interface PartOptions {
  /** Default: the monotonic clock and the one scheduler of the process. */
  readonly clock?: Clock;
  /**
   * Both ends must use a codec of the same name. Default: MessagePack, where a message that is a Uint8Array may share its `buffer`
   * with others: copy it in order to transfer it to another thread.
   */
  readonly codec?: Codec;
  /**
   * A pino logger, or one with its methods: each line has the `role`, `server` or `client`, and those of a session its id and the
   * peer's address. Default: a silent one, so give one when nothing seems to happen.
   */
  readonly logger?: Logger;
  /** Uniform in [0, 1), for jitter. Default: Math.random. */
  readonly random?: () => number;
}

/** Option, then default. Lines of a logger that may be others', too, say by `role` whose they are. */
export function resolveParts(
  { clock, codec, logger, random }: PartOptions,
  silent: Logger,
  role: 'server' | 'client' | 'watch',
): SessionParts {
  return {
    clock: clock ?? systemClock,
    codec: codec ?? defaultCodec,
    logger: logger?.child({ role }) ?? silent,
    random: random ?? Math.random,
    publish,
  };
}
