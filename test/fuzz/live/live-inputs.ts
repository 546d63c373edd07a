/** What a live server is given: conversations, and the corpus with a few things changed. */

import { Chance } from '../chance.ts';
import { converse } from '../conversation.ts';
import type { Entry } from '../corpus.ts';
import type { Input } from '../input.ts';
import { mutate } from '../mutate.ts';

/** The input of this run: it follows from the seed alone. */
export function liveInput(seed: number, run: number, corpus: readonly Entry[]): Input {
  const chance = new Chance(~seed, run);
  const inputs = corpus.filter(({ input }) => input.target === 'server').map(({ input }) => input);
  if (inputs.length === 0 || chance.oneIn(2)) return converse(chance, 'server');
  return mutate(chance, chance.pick(inputs), chance.pick(inputs));
}
