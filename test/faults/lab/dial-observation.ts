/** An attempt to connect, by bare `node:net` and by Systole, in the face of a fault. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Program } from '../../support/program.ts';
import { sharedNow } from '../../support/program.ts';
import type { AcceptorSpeech } from './acceptor.ts';
import type { DialConfig, FromDialEnd, ToDialEnd } from './dial-ends.ts';
import type { DiallerSpeech } from './dialler.ts';
import type { Host } from './host.ts';
import type { Observation } from './judge.ts';
import { HANDSHAKE_MS } from './links.ts';
import { asking } from './name-server.ts';
import { Network } from './network.ts';
import type { Row } from './row.ts';
import type { Sighting } from './sighting.ts';
import type { Carrier } from './sockets.ts';

type DialEnd = Program<FromDialEnd, ToDialEnd>;

export interface DialPlan {
  /** Who speaks at the far end: nobody listens, a socket that accepts and says nothing, or Systole. Default: mute. */
  readonly accepts?: 'nobody' | AcceptorSpeech;
  /** Who speaks at the near end. Default: Systole, and beside it a plain socket. */
  readonly dials?: DiallerSpeech;
  /** What the near end speaks through. Default: TCP alone. */
  readonly over?: Carrier;
  /** Where to. Default: the far host. */
  readonly to?: string;
  /** Who is asked where that is, if it is a name. Default: whoever this machine asks. */
  readonly nameServer?: string;
  /** What is wrong before anybody dials. */
  readonly before?: (stage: DialStage) => Promise<void> | void;
}

interface DialStage {
  readonly network: Network;
  /** Undefined where nobody listens. */
  readonly far: DialEnd | undefined;
  /** Connects so many sockets that say nothing, from the near host. */
  readonly crowd: (count: number) => Promise<void>;
}

const PORT = 4_100;

/** How long it takes at most from the deadline until it has been told, on a busy machine. */
const LATE_MS = 1_000;

/** In a network of the run whose main process is `owner`, by those ends that can tell at last what they have seen. */
export async function observeDialling(
  plan: DialPlan,
  sides: readonly Row['side'][],
  owner: number,
): Promise<Observation> {
  const { accepts = 'mute', dials = 'systole', over = 'tcp', nameServer, before } = plan;
  await using network = await Network.build(owner);
  const target = { host: plan.to ?? network.far.address, port: PORT, over };
  const far = accepts === 'nobody' ? undefined : await start(network.far, 'acceptor', { ...target, speaks: accepts });
  const near = await start(network.near, 'dialler', { ...target, speaks: dials }, nameServer);
  const crowd = async (count: number): Promise<void> => {
    const others = await start(network.near, 'dialler', { ...target, speaks: 'nothing' });
    for (let dialled = 0; dialled < count; dialled += 1) {
      others.send({ type: 'dial' });
      await others.next('connected');
    }
  };
  await before?.({ network, far, crowd });
  const beganAt = sharedNow();
  near.send({ type: 'dial' });
  await sleep(HANDSHAKE_MS + LATE_MS);
  const ends = { near, far };
  const reports = sides.map(async (side) => [side, await reportOf(ends[side])] as const);
  return { beganAt, struckAt: beganAt, lateMs: 0, sightings: Object.fromEntries(await Promise.all(reports)) };
}

async function start(
  host: Host,
  program: 'acceptor' | 'dialler',
  config: DialConfig<AcceptorSpeech | DiallerSpeech>,
  nameServer?: string,
): Promise<DialEnd> {
  const end: DialEnd = host.start(program, config, nameServer === undefined ? [] : asking(nameServer));
  await end.next('ready');
  return end;
}

async function reportOf(end: DialEnd | undefined): Promise<readonly Sighting[]> {
  end?.send({ type: 'report' });
  return (await end?.next('report'))?.sightings ?? [];
}
