/** Outages of many lengths, which strike at once, each the connections of a port of its own. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Program } from '../../support/program.ts';
import { sharedNow } from '../../support/program.ts';
import type { Host } from './host.ts';
import { Network } from './network.ts';
import type { Fate, FromOutageEnd, Group, Manner, OutageEndConfig, ToOutageEnd } from './outage-ends.ts';
import { JITTER_MS, MAX_DUE_MS, MEAN_IDLE_MS, WRITE_MS } from './outage-ends.ts';

/** One outage. */
export interface Outage {
  /** How long it is to last; Infinity for one that does not heal. */
  readonly lengthMs: number;
  /** When it was there, and when it was over. */
  readonly struckAt: number;
  readonly healedAt: number;
  readonly fates: readonly Fate[];
}

/** How many connections each outage strikes, by what they are used for: 40. */
const COUNTS = { busy: 8, fresh: 8, idle: 24 } as const satisfies Record<Manner['load'], number>;

/** From here on all is quiet: the idle connections have been heard for the last time before the outages. */
export const LEAD_MS = MEAN_IDLE_MS + 2 * JITTER_MS;

type End = Program<FromOutageEnd, ToOutageEnd>;

const FIRST_PORT = 4_200;

/** Outages of these lengths, shortest first, and what has come of the connections until `lookMs` after they began. */
export async function observeOutages(
  lengthsMs: readonly number[],
  lookMs: number,
  owner: number,
): Promise<readonly Outage[]> {
  await using network = await Network.build(owner);
  const groups = lengthsMs.map((lengthMs, index) => ({ port: FIRST_PORT + index, manners: mannersFor(lengthMs) }));
  const near = await setUp(network, groups);
  const strikeAt = sharedNow() + LEAD_MS;
  near.send({ type: 'prepare', strikeAt });
  await until(strikeAt);
  await network.drop(
    'both ways',
    groups.map(({ port }) => port),
  );
  const struckAt = sharedNow();
  const healedAt = await heal(network, lengthsMs, struckAt);
  await until(struckAt + lookMs);
  near.send({ type: 'report' });
  const { fates } = await near.next('report');
  return lengthsMs.map((lengthMs, index) => ({
    lengthMs,
    struckAt,
    healedAt: healedAt[index] ?? Number.POSITIVE_INFINITY,
    fates: fates.filter(({ port }) => port === FIRST_PORT + index),
  }));
}

/** Messages come all along a second. Probes of idle ones become due all along the outage, and a little before and after it. */
function mannersFor(lengthMs: number): readonly Manner[] {
  const spanMs = Math.min(lengthMs, MAX_DUE_MS);
  const written = (load: 'busy' | 'fresh'): Manner[] =>
    Array.from({ length: COUNTS[load] }, (_, index) => ({ load, phaseMs: (index * WRITE_MS) / COUNTS[load] }));
  const idle = Array.from({ length: COUNTS.idle }, (_, index): Manner => {
    return { load: 'idle', dueMs: (index * spanMs) / (COUNTS.idle - 1) };
  });
  return [...written('busy'), ...written('fresh'), ...idle];
}

async function setUp(network: Network, groups: readonly Group[]): Promise<End> {
  const config: OutageEndConfig = { host: network.far.address, groups };
  const start = (host: Host, name: string): End => host.start(name, config);
  await start(network.far, 'outage-far').next('listening');
  const near = start(network.near, 'outage-near');
  await near.next('connected');
  return near;
}

/** Those that heal. Returns when each of them was over. */
async function heal(network: Network, lengthsMs: readonly number[], struckAt: number): Promise<readonly number[]> {
  const times: number[] = [];
  for (const [index, lengthMs] of lengthsMs.filter(Number.isFinite).entries()) {
    await until(struckAt + lengthMs);
    await network.heal(FIRST_PORT + index);
    times.push(sharedNow());
  }
  return times;
}

/** Time that a fault is to last, or to be looked at. */
async function until(at: number): Promise<void> {
  await sleep(Math.max(0, at - sharedNow()));
}
