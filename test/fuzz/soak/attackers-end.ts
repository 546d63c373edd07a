/** Program: the attackers. All attacks go on at the same time, each in as many lanes as the others. */

import { setMaxListeners } from 'node:events';
import { heard, programConfig, say } from '../../support/program.ts';
import { makeRandom } from '../../support/random.ts';
import { ATTACKS } from './attacks/all.ts';
import { Campaign } from './campaign.ts';
import type { AttackersConfig, FromAttackers, ToAttackers } from './orders.ts';

const { ports, count, seed, sessions } = programConfig<AttackersConfig>();
const calledOff = new AbortController();
setMaxListeners(0, calledOff.signal); // each wait of each lane is one
const theatre = { ports, sessions, random: makeRandom(seed), signal: calledOff.signal };
const campaigns = ATTACKS.map((attack, number) => new Campaign(attack, number, theatre));

/** At least one lane each. */
function lanesOf(number: number): number {
  const [each, more] = [Math.floor(count / ATTACKS.length), count % ATTACKS.length];
  return Math.max(1, number < more ? each + 1 : each);
}

const over = Promise.all(campaigns.map((campaign, number) => campaign.wage(lanesOf(number))));
await heard<ToAttackers>();
calledOff.abort();
await over;
say<FromAttackers>({ type: 'stopped', tallies: campaigns.map(({ tally }) => tally) });
await heard<never>(); // until whoever started us is gone
