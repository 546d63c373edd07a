/** One run, judged: how long it took counts, and what it left behind. */

import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { runInput } from './engine.ts';
import { Failure, failureOf } from './failure.ts';
import type { Input } from './input.ts';
import { minimise } from './minimise.ts';
import type { Mishaps } from './mishaps.ts';

/** A run takes a tenth of a millisecond; what takes a processor as long as this three times in a row is no matter of chance. */
const SLOW_MS = 250;

/** How a run came out. */
export type Verdict = { readonly seen: string } | { readonly failure: Failure };

/** See the head of the file. */
export async function tryInput(input: Input, mishaps: Mishaps): Promise<Verdict> {
  const verdict = await tryOnce(input, mishaps);
  if ('failure' in verdict || verdict.ms < SLOW_MS) return verdict;
  // It may have been others who had the processor.
  const ms = Math.min(await cpuMsOf(input, mishaps), await cpuMsOf(input, mishaps));
  return ms < SLOW_MS ? verdict : { failure: new Failure('hang', `a run takes ${Math.round(ms)} ms of a processor`) };
}

async function cpuMsOf(input: Input, mishaps: Mishaps): Promise<number> {
  const before = process.cpuUsage();
  await tryOnce(input, mishaps);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

async function tryOnce(
  input: Input,
  mishaps: Mishaps,
): Promise<{ readonly seen: string; readonly ms: number } | { readonly failure: Failure }> {
  const beganAt = performance.now();
  try {
    const running = runInput(input);
    const seen = typeof running === 'string' ? running : await running;
    // Of what runs to its end at once, nothing goes on behind it.
    const mishap = typeof running === 'string' ? undefined : mishaps.take();
    if (mishap !== undefined) throw mishap.thrown;
    return { seen, ms: performance.now() - beganAt };
  } catch (thrown) {
    mishaps.take();
    return { failure: failureOf(thrown) };
  }
}

/** The smallest input that fails as this one does. `attempt` runs one, and tells how it has failed, if it has. */
export async function reduce(
  input: Input,
  first: Failure,
  attempt: (input: Input) => Promise<Failure | undefined>,
  budget?: number,
): Promise<Input> {
  const isSame = async (tried: Input): Promise<boolean> => {
    const failure = await attempt(tried);
    return failure !== undefined && failure.kind === first.kind && textOf(failure) === textOf(first);
  };
  return minimise(input, isSame, budget);
}

/** Without its numbers, and without where it was thrown. */
function textOf({ message }: Failure): string {
  return (message.split('\n', 1)[0] ?? '').replaceAll(/\d+/g, '#');
}
