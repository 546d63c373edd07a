/** The smallest input that still fails: steps are left out, then bytes, as long as the failure stays. */

import type { Input, Step } from './input.ts';
import { join } from './recut.ts';

/**
 * Delta debugging: halves are left out, then quarters, and so on down to single ones. `fails` tells whether an input fails in the same
 * way; it is asked at most `budget` times.
 */
export async function minimise(
  input: Input,
  fails: (input: Input) => Promise<boolean>,
  budget = 2_000,
): Promise<Input> {
  let left = budget;
  const stillFails = async (steps: readonly Step[]): Promise<boolean> => {
    left -= 1;
    return left >= 0 && (await fails({ ...input, steps }));
  };
  let steps: readonly Step[] = input.steps;
  const joined = join(steps);
  if (joined.length < steps.length && (await stillFails(joined))) steps = joined;
  steps = await shrink(steps, stillFails);
  for (let index = 0; index < steps.length; index += 1) steps = await shrinkStep(steps, index, stillFails);
  return { ...input, steps };
}

/** Takes bytes out of one step, or time. */
async function shrinkStep(
  steps: readonly Step[],
  index: number,
  stillFails: (steps: readonly Step[]) => Promise<boolean>,
): Promise<readonly Step[]> {
  const step = steps[index];
  const withStep = (changed: Step): Step[] => steps.with(index, changed);
  if (step === undefined || !('bytes' in step)) return steps;
  const kept = await shrink([...step.bytes], (bytes) => stillFails(withStep({ bytes: Uint8Array.from(bytes) })));
  return withStep({ bytes: Uint8Array.from(kept) });
}

/** As few items as still fail. */
async function shrink<Item>(
  items: readonly Item[],
  stillFails: (items: readonly Item[]) => Promise<boolean>,
): Promise<readonly Item[]> {
  let kept = items;
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let start = 0; start < kept.length; ) {
      const without = [...kept.slice(0, start), ...kept.slice(start + size)];
      if (await stillFails(without)) kept = without;
      else start += size;
    }
  }
  return kept;
}
