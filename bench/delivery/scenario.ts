/**
 * What does an acknowledged message cost? Systole against `ws` and against bare `node:net`, with the same meaning: the
 * sender learns that the peer's handler is done with this message.
 *
 * Each system has a server and a client process of its own. All systems are measured under one load before the next
 * load, round by round, so that what else the machine does falls on all of them; what counts is the ratio within a round.
 */

import { describeFlags, parseFlags } from '../support/flags.ts';
import type { Outcome, Scenario } from '../support/scenario.ts';
import type { Load, Round } from './comparison.ts';
import { compare, describeComparison } from './comparison.ts';
import type { Sample } from './pair.ts';
import { Pair } from './pair.ts';
import type { SystemName } from './systems.ts';
import { FLOOR, SYSTEM_NAMES } from './systems.ts';

const DEFAULTS = { connections: 100, window: 64, rounds: 5, seconds: 45 };

const SIZES = [32, 1_024, 65_536];

/** A window of large messages is smaller: more would measure how memory is filled. */
const MAX_IN_FLIGHT_BYTES = 262_144;

type Pairs = Readonly<Record<SystemName, Pair>>;

function loadsOf({ connections, window }: typeof DEFAULTS): readonly Load[] {
  return [1, connections].flatMap((count) =>
    SIZES.map((bytes) => {
      const inFlight = Math.max(1, Math.min(window, Math.floor(MAX_IN_FLIGHT_BYTES / bytes)));
      return { connections: count, bytes, inFlight };
    }),
  );
}

/** All systems, one after the other; another one begins each round. */
async function measureRound(pairs: Pairs, load: Load, ms: number, round: number): Promise<Round> {
  const first = round % SYSTEM_NAMES.length;
  const samples: Partial<Record<SystemName, Sample>> = {};
  for (const name of [...SYSTEM_NAMES.slice(first), ...SYSTEM_NAMES.slice(0, first)]) {
    try {
      samples[name] = await pairs[name].run({ ...load, ms });
    } catch (error) {
      const { connections, bytes } = load;
      throw new Error(`${name}, ${connections} x ${bytes} bytes: ${(error as Error).message}`);
    }
  }
  return samples as Round;
}

/** The first round warms up, and is not kept. */
async function measureAll(pairs: Pairs, loads: readonly Load[], ms: number, rounds: number): Promise<Round[][]> {
  const kept: Round[][] = loads.map(() => []);
  for (let round = 0; round <= rounds; round += 1) {
    for (const [index, load] of loads.entries()) {
      const measured = await measureRound(pairs, load, ms, round);
      if (round > 0) kept[index]?.push(measured);
    }
  }
  return kept;
}

async function withPairs<Result>(connections: number, use: (pairs: Pairs) => Promise<Result>): Promise<Result> {
  const pairs: Partial<Record<SystemName, Pair>> = {};
  try {
    for (const name of SYSTEM_NAMES) pairs[name] = await Pair.start(name, connections);
    return await use(pairs as Pairs);
  } finally {
    await Promise.all(Object.values(pairs).map((pair) => pair[Symbol.asyncDispose]()));
  }
}

async function run(flags: typeof DEFAULTS): Promise<Outcome> {
  const { connections, rounds, seconds } = flags;
  const loads = loadsOf(flags);
  const ms = Math.ceil((seconds * 1_000) / (loads.length * SYSTEM_NAMES.length * (rounds + 1)));
  const setting = { ...flags, burstMs: ms, floor: FLOOR };
  try {
    const measured = await withPairs(connections, (pairs) => measureAll(pairs, loads, ms, rounds));
    const comparisons = loads.map((load, index) => compare(load, measured[index] ?? []));
    const text = [
      `Acknowledged messages over loopback TCP, ${rounds} rounds of ${ms} ms each: median, and spread of the rounds as a share of it.`,
      `cpu: of both processes, in microseconds a message. x ${FLOOR}: a multiple of ${FLOOR}'s in the same round.`,
      '',
      ...comparisons.flatMap((comparison) => [describeComparison(comparison), '']),
      'holds: every message was handled once, in order and whole, and acknowledged',
    ].join('\n');
    return { passed: true, text, results: { ...setting, comparisons } };
  } catch (error) {
    const { message } = error as Error;
    return { passed: false, text: `FAILS: ${message}`, results: { ...setting, failure: message } };
  }
}

export const delivery: Scenario = {
  summary: 'what an acknowledged message costs, against ws and bare node:net',
  flags: describeFlags({
    connections: [DEFAULTS.connections, 'the many; each load is also measured over 1'],
    window: [DEFAULTS.window, `messages in flight on a connection; at most ${MAX_IN_FLIGHT_BYTES / 1_024} KiB of them`],
    rounds: [DEFAULTS.rounds, 'rounds, after one to warm up'],
    seconds: [DEFAULTS.seconds, 'for all rounds together'],
  }),
  prepare(args) {
    const flags = parseFlags(args, DEFAULTS);
    return () => run(flags);
  },
};
