/**
 * Does a busy link notice that it is watched? Messages that come back, as fast as they do, on connections with a heartbeat; against
 * `ws`, `engine.io` and bare `node:net` without one. The server is measured alone: one message in, one out.
 */

import type { Scenario } from '../support/scenario.ts';
import type { Target } from '../support/targets.ts';
import { atLeast, atMost } from '../support/targets.ts';
import type { Comparison, Contender, Contenders } from '../traffic/comparison.ts';
import { describeLoad, parseTrafficFlags, TRAFFIC_FLAGS } from '../traffic/load.ts';
import { runTraffic } from '../traffic/report.ts';

function echoOf(rival: Contender['rival'], isWatched: boolean): Contender {
  return { rival, answer: 'echo', isWatched };
}

const CONTENDERS: Contenders = {
  net: echoOf('net', false),
  'net, gathered': echoOf('net, gathered', false),
  ws: echoOf('ws', true),
  'engine.io': echoOf('engine.io', true),
  systole: echoOf('systole', true),
};

/** Of the floor's processor time a message and of its rate: of one connection, and of a hundred. */
const MAX_CPU: Readonly<Record<string, number>> = {
  '1 x 32 B, depth 64': 0.35,
  '100 x 32 B, depth 64': 0.25,
  '100 x 1 KiB, depth 64': 0.35,
  '1 x 64 KiB, depth 4': 1.2,
  '100 x 64 KiB, depth 4': 1.2,
};
const MIN_RATE: Readonly<Record<string, number>> = { '100 x 32 B, depth 64': 4 };

function targetsOf({ load, standings: { systole } }: Comparison): Target[] {
  const name = describeLoad(load);
  const [maxCpu, minRate] = [MAX_CPU[name], MIN_RATE[name]];
  if (systole === undefined) return [];
  return [
    ...(maxCpu === undefined ? [] : [atMost(`${name}: server cpu, of net's`, systole.cpuOfFloor.median, maxCpu)]),
    ...(minRate === undefined ? [] : [atLeast(`${name}: rate, of net's`, systole.rateOfFloor.median, minRate)]),
  ];
}

export const busy: Scenario = {
  summary: 'what a message costs on a link that is watched, against ws, engine.io and bare node:net',
  flags: TRAFFIC_FLAGS,
  prepare(args) {
    const flags = parseTrafficFlags(args);
    return () => runTraffic('Messages that come back', CONTENDERS, flags, targetsOf);
  },
};
