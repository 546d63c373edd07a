// The promise: acknowledged means handled, once; everything else is handed back. EXPLORE=far goes further, and plants every
// bug; it takes some 10 minutes, and NODE_OPTIONS=--max-old-space-size=8000.

import { EVERY_RUN, FAR } from './bounds.ts';
import { describeExploration } from './exploration.ts';
import { MUTANTS } from './mutants.ts';
import { openMachines } from './opened.ts';
import { World } from './world.ts';

describeExploration('Delivery', {
  open: openMachines,
  world: (machines, bounds) => new World(machines, bounds),
  everyRun: EVERY_RUN,
  far: FAR,
  mutants: MUTANTS,
  plantedEveryRun: 3,
});
