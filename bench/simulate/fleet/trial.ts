/** One fleet through its hour, and what that took of this machine. */

import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { usedMs } from '../../support/lost-time.ts';
import type { FleetPlan } from './fleet.ts';
import { Fleet } from './fleet.ts';
import type { Observed } from './verdicts.ts';
import { findBreaches } from './verdicts.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** See the head of the file. Milliseconds of this machine, unless it says virtual. */
export interface Trial {
  readonly sessions: number;
  readonly heartbeats: number;
  /** Processor time of the whole process: collecting garbage and the simulation itself included. */
  readonly cpuMs: number;
  readonly wallMs: number;
  /** The longest turn of the loop. */
  readonly worstTurnMs: number;
  /** To open all of them. */
  readonly openMs: number;
  /** Heartbeat, liveness and alarm of a session, in bytes, at the end. */
  readonly bytes: number;
  readonly deaths: number;
  readonly found: number;
  /** From a death to its verdict, in virtual time. */
  readonly detectionMs: readonly number[];
  readonly breaches: readonly string[];
}

/** Runs it. */
export function tryFleet(plan: FleetPlan): Trial {
  const fleet = new Fleet(plan);
  const before = heapBytes();
  const openedAt = usedMs();
  fleet.open();
  const openMs = usedMs() - openedAt;
  collectGarbage(); // what was left behind before is no cost of the hour
  const run = runTurns(fleet);
  const bytes = (heapBytes() - before) / plan.sessions;
  const observed = fleet.observe();
  return {
    sessions: plan.sessions,
    heartbeats: fleet.heartbeats,
    ...run,
    openMs,
    bytes,
    deaths: observed.deaths,
    found: foundOf(observed),
    detectionMs: fleet.detectionMs,
    breaches: findBreaches(observed),
  };
}

function runTurns(fleet: Fleet): Pick<Trial, 'cpuMs' | 'wallMs' | 'worstTurnMs'> {
  const [beganAt, usedBefore] = [performance.now(), usedMs()];
  let worstTurnMs = 0;
  let turnedAt = beganAt;
  while (fleet.turn()) {
    const now = performance.now();
    worstTurnMs = Math.max(worstTurnMs, now - turnedAt);
    turnedAt = now;
  }
  return { cpuMs: usedMs() - usedBefore, wallMs: turnedAt - beganAt, worstTurnMs };
}

function foundOf({ found }: Observed): number {
  return found.filter(({ diedAt, foundAt }) => diedAt !== undefined && diedAt <= foundAt).length;
}

function heapBytes(): number {
  collectGarbage();
  collectGarbage(); // what the first one has only finalized
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
