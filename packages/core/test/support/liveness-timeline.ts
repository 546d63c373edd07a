/** What the unit tests of the liveness machine share: plain numbers for time, whole drains, whole timelines. */

import type { LivenessConfig, LivenessOutput } from '../../src/machines/liveness.ts';
import { Liveness } from '../../src/machines/liveness.ts';
import type { Stall } from '../../src/words/clock.ts';

/** Idle 20 s, interval 5 s, 3 probes; nothing is random: idle is neither shortened nor spread. */
const CONFIG: LivenessConfig = {
  keepalive: { idleMs: 20_000, intervalMs: 5_000, probes: 3 },
  writeTimeoutMs: 60_000,
  pausedTimeoutMs: 60_000,
  random: () => 0,
};

/** A timeline of more drains does not end. */
const MAX_DRAINS = 1_000;

/** A machine that starts at 0. */
export function createLiveness(config: Partial<LivenessConfig> = {}): Liveness {
  return new Liveness({ ...CONFIG, ...config }, 0);
}

/** All that the machine wants, up to and including its `wait`. A PING it asks for ends at `endsAt`; 0 says that it left at once. */
export function drain(liveness: Liveness, endsAt = 0): LivenessOutput[] {
  const outputs: LivenessOutput[] = [];
  for (;;) {
    const output = liveness.poll();
    outputs.push(output);
    if (output.type === 'wait') return outputs;
    if (output.type === 'ping') liveness.handlePingQueued(endsAt);
  }
}

/** The drain after time has come to `now`. */
export function timeout(liveness: Liveness, now: number, stall?: Stall): LivenessOutput[] {
  liveness.handleTimeout(now, stall);
  return drain(liveness);
}

/** The drain after one poll phase. */
export function polled(liveness: Liveness, now: number): LivenessOutput[] {
  liveness.handlePolled(now);
  return drain(liveness);
}

/** What the machine says up to `until`, such as `35000 dead silent`, if every timer is on time and each poll phase finds nothing. */
export function timeline(liveness: Liveness, until = Number.POSITIVE_INFINITY): string[] {
  const lines: string[] = [];
  let now = 0;
  for (let drains = 0; drains < MAX_DRAINS; drains += 1) {
    const outputs = drain(liveness);
    for (const output of outputs) if (output.type !== 'wait') lines.push(`${now} ${show(output)}`);
    const last = outputs.at(-1);
    if (outputs.some(({ type }) => type === 'confirm')) {
      liveness.handlePolled(now);
    } else {
      if (last?.type !== 'wait' || last.until === undefined || last.until > until) return lines;
      now = Math.max(now, last.until);
      liveness.handleTimeout(now);
    }
  }
  throw new Error(`no end after ${MAX_DRAINS} drains: ${lines.slice(0, 10).join(', ')} ...`);
}

function show(output: LivenessOutput): string {
  if (output.type === 'ping') return `ping ${output.number}`;
  if (output.type === 'dead') return `dead ${output.verdict}`;
  return output.type;
}

/** In `suspect` at 30 s: three PINGs are out, the verdict is due at 35 s. */
export function createSuspecting(): Liveness {
  const liveness = createLiveness();
  timeline(liveness, 34_999);
  return liveness;
}

/** A stall of our own process that ended at `endedAt`. */
export function blocked(endedAt: number, durationMs: number): Stall {
  return { kind: 'blocked', endedAt, durationMs };
}

/** A sleep of the whole system that ended at `endedAt`. */
export function slept(endedAt: number, durationMs = 3_600_000): Stall {
  return { kind: 'slept', endedAt, durationMs };
}
