// The path swallows every packet of both directions, such as a broken link behind a switch. Nobody is told anything.

import { nothing, verdict } from './lab/expectation.ts';
import { scenario } from './lab/scenario.ts';

const dead = { node: 'nothing', systole: verdict('silent') };
const alive = { node: 'nothing', systole: nothing };

scenario('silent drop, both ways', {
  strike: ({ network }) => network.drop(),
  told: { near: { idle: dead, busy: dead }, far: { idle: dead, busy: dead } },
});

// Less than describe() promises to ride out.
scenario('silent drop for 1 s, both ways', {
  strike: ({ network }) => network.drop(),
  later: { afterMs: 1_000, act: ({ network }) => network.heal() },
  told: { near: { idle: alive, busy: alive }, far: { idle: alive, busy: alive } },
});
