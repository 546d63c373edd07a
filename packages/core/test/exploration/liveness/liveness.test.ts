// The promise: who is gone is dead within the bound, and nobody else is. EXPLORE=far goes further, and plants every bug. A title
// tells idle, interval and probes.

import { describeExploration } from '../exploration.ts';
import { EVERY_RUN, FAR } from './bounds.ts';
import { MUTANTS } from './mutants.ts';
import { openWatching } from './opened.ts';
import { WatchWorld } from './world.ts';

describeExploration('Liveness', {
  open: openWatching,
  world: (machines, bounds) => new WatchWorld(machines, bounds),
  everyRun: EVERY_RUN,
  far: FAR,
  mutants: MUTANTS,
  plantedEveryRun: 5,
});
