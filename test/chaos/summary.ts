/** What is told of a run in the end, and whether it was good. */

import type { Breach, Verdict } from './oracle.ts';
import type { Memory } from './orders.ts';
import type { Fault, PlannedFault, PlanOptions, Role } from './plan.ts';

/** A fault that has happened. */
export interface Inflicted {
  readonly planned: PlannedFault;
  /** Messages that had been sent when it happened. */
  readonly sent: number;
  /** Messages that were in flight. */
  readonly inFlight: number;
}

/** How the ends were left: at rest, with empty queues; or not, and why. */
export type Aftermath = { readonly memory: Readonly<Record<Role, Memory>> } | { readonly stuck: string };

/** All that is known of a run. */
export interface Run {
  readonly options: PlanOptions;
  readonly inflicted: readonly Inflicted[];
  readonly aftermath: Aftermath;
  readonly verdict: Verdict;
  readonly seconds: number;
}

/** The last line of a run. */
export interface Summary {
  readonly messages: number;
  readonly acknowledged: number;
  /** Handed back with `ERR_IN_DOUBT`, `ERR_CLOSED`, `ERR_NOT_HANDLED`, and with any other code. */
  readonly inDoubt: number;
  readonly closed: number;
  readonly notHandled: number;
  readonly otherwiseRejected: number;
  /** Without an outcome, because their sender was killed. */
  readonly killed: number;
  readonly handledTwice: number;
  readonly outOfOrder: number;
  readonly lostAcknowledged: number;
  /** All other breaches of the promise that were found. */
  readonly otherBreaches: Readonly<Partial<Record<Breach, number>>>;
  /** The first of all breaches. */
  readonly findings: readonly string[];
  /** By their kinds. */
  readonly faults: Readonly<Partial<Record<Fault['kind'], number>>>;
  /** The fewest messages that were in flight when a fault happened. */
  readonly minInFlight: number;
  /** Why the run did not come to its end; undefined if it did. */
  readonly stuck: string | undefined;
  /** By how many bytes the heap of the last processes has grown since they were warm. */
  readonly heapGrowth: Readonly<Partial<Record<Role, number>>>;
  readonly seconds: number;
  readonly seed: number;
  readonly ok: boolean;
}

/** A fault waits until so many messages are in flight. */
export const MIN_IN_FLIGHT = 50;

/** What the engine itself may still learn and keep. A connection that is kept weighs some kilobytes, and each fault costs one. */
const HEAP_SLACK_BYTES = 2 ** 21;

const MAX_FINDINGS = 10;

/** Whether a run was good: every fault in traffic, nothing broken, nobody stuck, no memory kept. */
export function summarize({ options, inflicted, aftermath, verdict, seconds }: Run): Summary {
  const { rejected, findings } = verdict;
  const { ERR_IN_DOUBT: inDoubt = 0, ERR_CLOSED: closed = 0, ERR_NOT_HANDLED: notHandled = 0, ...others } = rejected;
  const breaches = tally(findings.map(({ breach }) => breach));
  const { handledTwice = 0, outOfOrder = 0, lostAcknowledged = 0, ...otherBreaches } = breaches;
  const minInFlight = Math.min(...inflicted.map(({ inFlight }) => inFlight));
  const heapGrowth = 'memory' in aftermath ? growth(aftermath.memory) : {};
  const stuck = 'stuck' in aftermath ? aftermath.stuck : undefined;
  const isComplete = inflicted.length === options.faults && verdict.messages >= options.messages && stuck === undefined;
  const isLean = Object.values(heapGrowth).every((bytes) => bytes < HEAP_SLACK_BYTES);
  return {
    messages: verdict.messages,
    acknowledged: verdict.acknowledged,
    inDoubt,
    closed,
    notHandled,
    otherwiseRejected: Object.values(others).reduce((sum, count) => sum + count, 0),
    killed: verdict.killed,
    handledTwice,
    outOfOrder,
    lostAcknowledged,
    otherBreaches,
    findings: findings.slice(0, MAX_FINDINGS).map(({ breach, text }) => `${breach}: ${text}`),
    faults: tally(inflicted.map(({ planned }) => planned.fault.kind)),
    minInFlight,
    stuck,
    heapGrowth,
    seconds: Math.round(seconds * 10) / 10,
    seed: options.seed,
    ok: isComplete && isLean && minInFlight >= MIN_IN_FLIGHT && findings.length === 0,
  };
}

function tally<Name extends string>(names: readonly Name[]): Partial<Record<Name, number>> {
  const counts: Partial<Record<Name, number>> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

function growth(memory: Readonly<Record<Role, Memory>>): Partial<Record<Role, number>> {
  const grown = ({ warmBytes, nowBytes }: Memory): number => nowBytes - (warmBytes ?? Number.NEGATIVE_INFINITY);
  return { server: grown(memory.server), client: grown(memory.client) };
}
