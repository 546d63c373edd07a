/** Program: besiegers of one kind, who come, take what memory they can get, and stand there until they are told to leave. */

import { heard, programConfig, say } from '../../../support/program.ts';
import { Assailant, GoneError } from '../assailant.ts';
import { hostOf } from '../plan.ts';
import { KINDS } from './kinds.ts';
import type { BesiegersConfig, FromBesiegers, ToBesiegers } from './orders.ts';

/** So many at a time, below the backlog of a listening socket. */
const AT_ONCE = 50;

const { port, kind: number } = programConfig<BesiegersConfig>();
const kind = KINDS[number];
let peers: Assailant[] = [];

async function standOne(lane: number): Promise<void> {
  const peer = await Assailant.connect(port, hostOf(number, lane));
  peers.push(peer);
  try {
    await kind?.stand(peer);
  } catch (error) {
    if (!(error instanceof GoneError)) throw error; // beyond a limit of the server's
  }
}

for (;;) {
  const order = await heard<ToBesiegers>();
  if (order.type === 'come') {
    for (let lane = 0; lane < order.count; lane += AT_ONCE) {
      const group = Array.from({ length: Math.min(AT_ONCE, order.count - lane) }, (_, index) => lane + index);
      await Promise.all(group.map(standOne));
    }
    say<FromBesiegers>({ type: 'standing' });
  } else {
    for (const peer of peers) peer.leave();
    await Promise.all(peers.map(({ gone }) => gone));
    peers = [];
    say<FromBesiegers>({ type: 'left' });
  }
}
