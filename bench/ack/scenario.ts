/**
 * What does an acknowledged message cost, of which the sender learns that the peer's handler is done with it? The others have
 * no such thing, and are given it by hand: the server sends the message's number back. The floor only echoes, without asking.
 */

import type { Scenario } from '../support/scenario.ts';
import type { Target } from '../support/targets.ts';
import { atLeast, atMost } from '../support/targets.ts';
import type { Comparison, Contenders } from '../traffic/comparison.ts';
import { describeLoad, parseTrafficFlags, TRAFFIC_FLAGS } from '../traffic/load.ts';
import { runTraffic } from '../traffic/report.ts';

const CONTENDERS: Contenders = {
  'net, echo': { rival: 'net', answer: 'echo', isWatched: false },
  net: { rival: 'net', answer: 'number', isWatched: false },
  'net, gathered': { rival: 'net, gathered', answer: 'number', isWatched: false },
  ws: { rival: 'ws', answer: 'number', isWatched: true },
  'engine.io': { rival: 'engine.io', answer: 'number', isWatched: true },
  systole: { rival: 'systole', answer: 'own', isWatched: true },
};

const JUDGED = '100 x 32 B, depth 64';
/** Of the floor's processor time a message, and of its rate. */
const MAX_CPU = 0.35;
const MIN_RATE = 3;

function targetsOf({ load, standings: { systole } }: Comparison): Target[] {
  if (describeLoad(load) !== JUDGED || systole === undefined) return [];
  return [
    atMost(`${JUDGED}: server cpu an acknowledged message, of net's echo`, systole.cpuOfFloor.median, MAX_CPU),
    atLeast(`${JUDGED}: rate of acknowledged messages, of net's echo`, systole.rateOfFloor.median, MIN_RATE),
  ];
}

export const ack: Scenario = {
  summary: 'what an acknowledged message costs, against ws, engine.io and node:net with acknowledgements by hand',
  flags: TRAFFIC_FLAGS,
  prepare(args) {
    const flags = parseTrafficFlags(args);
    return () => runTraffic('Acknowledged messages', CONTENDERS, flags, targetsOf);
  },
};
