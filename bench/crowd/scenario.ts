/**
 * Can one machine watch a hundred thousand connections, which no single process of it may have? What that costs all servers
 * together, and whether any peer is judged, or lost, though all of them live.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { describeFlags, parseFlags } from '../support/flags.ts';
import { sharedNow } from '../support/program.ts';
import type { Outcome, Scenario } from '../support/scenario.ts';
import { areKept, describeTarget } from '../support/targets.ts';
import { Crowd } from './crowd.ts';
import { filesHere, planShares } from './plan.ts';
import type { Observation } from './report.ts';
import { describeFigures, describeTroubles, figuresOf, targetsOf, totalOf, troublesOf } from './report.ts';

const DEFAULTS = { connections: 100_000, servers: 6, heartbeat: 30_000, seconds: 60 };

/** What a run has seen. */
interface Sight {
  readonly connectMs: number;
  /** One for each server. */
  readonly observations: readonly Observation[];
}

async function observe(shares: readonly number[], heartbeatMs: number, seconds: number): Promise<Sight> {
  await using crowd = new Crowd();
  await crowd.start(shares, heartbeatMs);
  // What is made once, with the first connection, is no cost of each.
  await crowd.connect(shares.map(() => 1));
  const one = await crowd.memory();
  const startedAt = sharedNow();
  await crowd.connect(shares.map((share) => share - 1));
  const connectMs = sharedNow() - startedAt;
  await sleep(heartbeatMs); // the first heartbeat of each comes at any time in it: from now on they are spread
  const all = await crowd.memory(); // first, so that what connecting has left is collected, and no cost of heartbeats

  const censusBefore = await crowd.census();
  const tallyBefore = await crowd.tally();
  await sleep(seconds * 1_000);
  const tallyAfter = await crowd.tally();
  const censusAfter = await crowd.census();
  const observations = shares.map((connections, index) => ({
    connections,
    tally: [tallyBefore[index], tallyAfter[index]],
    census: [censusBefore[index], censusAfter[index]],
    memory: [one[index], all[index]],
  }));
  return { connectMs, observations: observations as unknown as Observation[] };
}

async function run(flags: typeof DEFAULTS, shares: readonly number[]): Promise<Outcome> {
  const { connections, heartbeat, seconds } = flags;
  const { connectMs, observations } = await observe(shares, heartbeat, seconds);
  const figures = observations.map(figuresOf);
  const total = totalOf(figures);
  const troubles = troublesOf(observations);
  const due = (connections * seconds * 1_000) / heartbeat;
  const targets = targetsOf(total, troubles, connections, due);
  const rate = (1_000 * connections) / connectMs;
  const text = [
    `${connections.toLocaleString('en')} connections at ${shares.length} servers, each a process; idle ${heartbeat} ms; measured for ${seconds} s.`,
    `All connected after ${(connectMs / 1_000).toFixed(1)} s, ${Math.round(rate).toLocaleString('en')} a second. heap, rss: a connection, at its server.`,
    '',
    describeFigures(figures, total),
    '',
    ...describeTroubles(troubles),
    ...targets.map(describeTarget),
  ].join('\n');
  const results = { ...flags, connectMs, total, servers: figures, troubles, targets };
  return { passed: areKept(targets, false), text, results };
}

export const crowd: Scenario = {
  summary: 'what it costs to watch a hundred thousand connections in several processes, and whether anybody is lost',
  flags: describeFlags({
    connections: [DEFAULTS.connections, 'in all'],
    servers: [DEFAULTS.servers, 'processes that have them, and as many of clients'],
    heartbeat: [DEFAULTS.heartbeat, 'milliseconds of silence before a heartbeat'],
    seconds: [DEFAULTS.seconds, 'for which they are measured, when all are connected and have had a heartbeat'],
  }),
  prepare(args) {
    const flags = parseFlags(args, DEFAULTS);
    const shares = planShares(flags.connections, flags.servers, filesHere());
    return () => run(flags, shares);
  },
};
