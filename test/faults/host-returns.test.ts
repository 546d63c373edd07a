// The far host loses its power and is back at once. Its kernel answers what it does not know with RST, but only if it is asked.

import { within } from './lab/expectation.ts';
import { TRIPLE } from './lab/links.ts';
import { scenario } from './lab/scenario.ts';

/** A probe that was lost meanwhile is sent again by TCP, after 200, 600 or 1400 ms. */
const AGAIN_MS = 1_400;

const reset = { ...within(TRIPLE.idle + AGAIN_MS, 'reset'), evidence: { code: 'ECONNRESET' } };

scenario('host dies and comes back', {
  strike: async ({ network }) => {
    await network.killFar();
    await network.bootFar();
  },
  told: { near: { idle: { node: 'nothing', systole: reset }, busy: { node: 'ECONNRESET', systole: reset } } },
});
