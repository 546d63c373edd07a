/** What the log says where the options contradict the path: probes that come when a box has forgotten the connection already. */

import { findLimitWithinIdle } from '../rules/idle-limits.ts';
import type { SessionConfig } from '../rules/options.ts';
import type { Logger } from '../words/logger.ts';

/** To be called once for a server or client, as all of its sessions have the same options. */
export function warnOfIdle({ keepalive, idleLimitsMs }: SessionConfig, logger: Logger): void {
  const limitMs = findLimitWithinIdle(keepalive, idleLimitsMs);
  if (limitMs !== undefined) logger.warn({ idleMs: keepalive?.idleMs, limitMs }, 'idle not below an idle limit');
}
