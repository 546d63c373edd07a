/** What a fleet may cost. Machines differ: a target that is missed is said to be, and fails nobody. */

import { summarize } from '../../support/statistics.ts';
import type { Target } from '../targets.ts';
import { cpuOfHeartbeat, cpuOfSession } from './report.ts';
import type { Trial } from './trial.ts';

const MAX_HEARTBEAT_US = 1.5;
const MAX_BYTES = 500;
const MAX_GROWTH = 0.25;

/** All of them, for the many; their cost is compared with the median of the few. */
export function targetsOf(few: readonly Trial[], many: Trial): Target[] {
  const growth = cpuOfSession(many) / summarize(few.map(cpuOfSession)).median - 1;
  const [heartbeatUs, name] = [cpuOfHeartbeat(many), many.sessions.toLocaleString('en')];
  return [
    judge(heartbeatUs <= MAX_HEARTBEAT_US, `${heartbeatUs.toFixed(2)} us a heartbeat, at most ${MAX_HEARTBEAT_US}`),
    judge(many.bytes <= MAX_BYTES, `${many.bytes.toFixed(0)} bytes a session, at most ${MAX_BYTES}`),
    judge(
      growth <= MAX_GROWTH,
      `a session among ${name} costs ${(100 * growth).toFixed(0)} % more, at most ${100 * MAX_GROWTH}`,
    ),
  ];
}

function judge(isReached: boolean, text: string): Target {
  return { text, status: isReached ? 'reached' : 'missed' };
}
