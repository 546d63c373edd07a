/** One run: traffic in both directions, faults in the midst of it, and then the reckoning. */

import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { inTime } from '../support/in-time.ts';
import { Arena, isEmpty } from './arena.ts';
import { readJournals } from './journal.ts';
import { WARM_AFTER } from './memory.ts';
import { judge } from './oracle.ts';
import type { PlanOptions } from './plan.ts';
import { planFaults } from './plan.ts';
import type { Aftermath, Inflicted, Summary } from './summary.ts';
import { MIN_IN_FLIGHT, summarize } from './summary.ts';

/** Hears of every fault, just before it happens. */
export type Report = (inflicted: Inflicted) => void;

/**
 * Sends at least so many messages, with these faults among them, and some more until memory can be compared. Resolves
 * with what became of them, also where the promise was broken, or an end did not come back.
 */
export async function run(options: PlanOptions, report: Report): Promise<Summary> {
  const startedAt = performance.now();
  const folder = await mkdtemp(join(tmpdir(), 'systole-chaos-'));
  try {
    const arena = await Arena.open(folder);
    process.once('exit', () => {
      void arena.close(); // a frozen process does not see that we are gone
      rmSync(folder, { recursive: true, force: true });
    });
    const inflicted: Inflicted[] = [];
    const hear = (one: Inflicted): void => {
      inflicted.push(one);
      report(one);
    };
    const aftermath = await inTime(play(arena, options, hear), limitMs(options)).catch(({ message }: Error) => {
      return { stuck: message };
    });
    await arena.close();
    const verdict = judge(readJournals(folder), arena.killed);
    const seconds = (performance.now() - startedAt) / 1_000;
    return summarize({ options, inflicted, aftermath, verdict, seconds });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Several times what is needed on a busy machine. */
function limitMs({ messages, faults }: PlanOptions): number {
  return 30_000 + 3_000 * faults + messages;
}

async function play(arena: Arena, options: PlanOptions, report: Report): Promise<Aftermath> {
  for (const planned of planFaults(options)) {
    const { sent, inFlight } = await inTraffic(arena, planned.at);
    report({ planned, sent, inFlight });
    await arena.inflict(planned.fault);
  }
  return await comeToRest(arena, options.messages);
}

async function inTraffic(arena: Arena, at: number): Promise<Pick<Inflicted, 'sent' | 'inFlight'>> {
  const what = `message ${at} and ${MIN_IN_FLIGHT} in flight`;
  return await arena.until(what, ({ sent, inFlight }) => sent >= at && inFlight >= MIN_IN_FLIGHT);
}

/** Lets both ends run on undisturbed until they are warm, then sends no more, waits until nothing waits, and parts. */
async function comeToRest(arena: Arena, messages: number): Promise<Aftermath> {
  const settled = 2 * WARM_AFTER;
  await arena.until(`message ${messages}, and ${settled} settled at each end`, ({ sent, server, client }) => {
    return sent >= messages && Math.min(server.settled, client.settled) >= settled;
  });
  arena.rest();
  await arena.until('empty queues', ({ server, client }) => isEmpty(server) && isEmpty(client));
  const memory = await arena.weigh();
  await arena.leave();
  return { memory };
}
