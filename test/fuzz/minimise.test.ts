// The minimiser.

import { describe, expect, it } from 'vitest';
import type { Input } from './input.ts';
import { bytesFrom, hexOf } from './input.ts';
import { minimise } from './minimise.ts';
import { concat } from './recut.ts';

const INPUT: Input = {
  target: 'session',
  role: 'server',
  handler: 'prompt',
  isLawful: false,
  steps: [
    { bytes: bytesFrom('01*40 aa 02*40') },
    { wait: 1_000 },
    { act: 'send' },
    { bytes: bytesFrom('03*20 bb 04*10') },
    { act: 'fin' },
  ],
};

/** It fails where aa comes, then bb, and a message was sent in between. */
function fails({ steps }: Input): boolean {
  const sent = steps.findIndex((step) => 'act' in step && step.act === 'send');
  const hex = (part: typeof steps): string =>
    hexOf(concat(part.flatMap((step) => ('bytes' in step ? [step.bytes] : []))));
  return sent >= 0 && hex(steps.slice(0, sent)).includes('aa') && hex(steps.slice(sent)).includes('bb');
}

describe('minimise', () => {
  it('leaves the 3 steps and 2 bytes of 151 that fail', async () => {
    const { steps } = await minimise(INPUT, async (input) => fails(input));
    expect(steps).toEqual([{ bytes: bytesFrom('aa') }, { act: 'send' }, { bytes: bytesFrom('bb') }]);
  });

  it('asks 10 times where it may ask 10 times, and gives out what fails', async () => {
    let asked = 0;
    const smaller = await minimise(
      INPUT,
      async (input) => {
        asked += 1;
        return fails(input);
      },
      10,
    );
    expect(asked).toBe(10);
    expect(fails(smaller)).toBe(true);
  });

  it('leaves an input as it is that fails only whole', async () => {
    expect(await minimise(INPUT, async () => false)).toEqual(INPUT);
  });
});
