// Both processes are stopped for 7.5 bounds, such as when the machine of both is. Each blames itself first, and nobody dies.

import { nothing } from './lab/expectation.ts';
import { LOOK_MS } from './lab/observation.ts';
import { scenario } from './lab/scenario.ts';

const FROZEN_MS = 30_000;
const alive = { node: 'nothing', systole: nothing };

scenario('both ends frozen for 30 s', {
  strike: ({ near, far }) => {
    near.freeze();
    far.freeze();
  },
  later: {
    afterMs: FROZEN_MS,
    act: ({ near, far }) => {
      near.thaw();
      far.thaw();
    },
  },
  lookMs: FROZEN_MS + LOOK_MS,
  told: { near: { idle: alive, busy: alive }, far: { idle: alive, busy: alive } },
});
