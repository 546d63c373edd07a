/** Established connections of all kinds, struck by a fault and looked at for a while. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Program } from '../../support/program.ts';
import { sharedNow } from '../../support/program.ts';
import type { EndConfig, FromEnd, ToEnd } from './end.ts';
import type { Host } from './host.ts';
import type { Observation } from './judge.ts';
import { kernelTriple, TRIPLE } from './links.ts';
import { Network } from './network.ts';
import type { Row } from './row.ts';
import type { Sighting } from './sighting.ts';
import type { Carrier } from './sockets.ts';

type End = Program<FromEnd, ToEnd>;

/** What a fault can be inflicted on. */
interface Stage {
  readonly network: Network;
  readonly near: End;
  readonly far: End;
}

export interface Plan {
  /** What the path is like before the connections are made. Default: it passes everything. */
  readonly path?: (network: Network) => Promise<void>;
  /** Of Systole and of the kernel's keepalive, at both ends. Default: that of the triple. */
  readonly idleMs?: number;
  /** What the connections are made of. Default: TCP. */
  readonly over?: Carrier;
  /** Systole's option, in milliseconds, at both ends. Default: none. */
  readonly idleLimits?: readonly number[];
  /** What happens. It has happened when the promise resolves. */
  readonly strike: (stage: Stage) => Promise<void> | void;
  /** What happens then. */
  readonly later?: { readonly afterMs: number; readonly act: (stage: Stage) => Promise<void> | void };
  /** How long to look, from the fault on. Default: 7 s, as the kernel's keepalive and Systole both take 4 s. */
  readonly lookMs?: number;
}

export const LOOK_MS = 7_000;

/** In a network of the run whose main process is `owner`, by those ends that can tell at last what they have seen. */
export async function observe(plan: Plan, sides: readonly Row['side'][], owner: number): Promise<Observation> {
  const { path, strike, later, lookMs = LOOK_MS } = plan;
  await using network = await Network.build(owner);
  await path?.(network);
  const stage = await setUp(network, plan);
  const beganAt = sharedNow();
  await strike(stage);
  const struckAt = sharedNow();
  let lateMs = 0;
  if (later !== undefined) {
    await sleep(later.afterMs);
    await later.act(stage);
    lateMs = sharedNow() - struckAt - later.afterMs;
  }
  // That somebody is told nothing can only be seen by looking for a while.
  await sleep(struckAt + lookMs - sharedNow());
  const reports = sides.map(async (side) => [side, await reportOf(stage[side])] as const);
  return { beganAt, struckAt, lateMs, sightings: Object.fromEntries(await Promise.all(reports)) };
}

async function setUp(network: Network, plan: Plan): Promise<Stage> {
  const { idleMs = TRIPLE.idle, over = 'tcp', idleLimits = [] } = plan;
  await Promise.all([network.near, network.far].map((host) => host.tune(kernelTriple(idleMs))));
  const start = (on: Host, role: EndConfig['role']): End => {
    const config: EndConfig = { host: network.far.address, role, over, idleMs, idleLimits };
    return on.start('end', config);
  };
  const far = start(network.far, 'listens');
  await far.next('listening');
  const near = start(network.near, 'dials');
  await Promise.all([near.next('connected'), far.next('connected')]);
  return { network, near, far };
}

async function reportOf(end: End): Promise<readonly Sighting[]> {
  end.send({ type: 'report' });
  return (await end.next('report')).sightings;
}
