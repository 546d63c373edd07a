// A host's own link is down, such as a cable that was pulled. TCP is told nothing of it.

import { nothing, verdict } from './lab/expectation.ts';
import { scenario } from './lab/scenario.ts';

const dead = { node: 'nothing', systole: verdict('silent') };
const alive = { node: 'nothing', systole: nothing };

scenario('link down', {
  strike: ({ network }) => network.near.unplug(),
  told: { near: { idle: dead, busy: dead }, far: { idle: dead, busy: dead } },
});

scenario('link down for 1 s', {
  strike: ({ network }) => network.near.unplug(),
  later: { afterMs: 1_000, act: ({ network }) => network.near.plugIn() },
  told: { near: { idle: alive, busy: alive }, far: { idle: alive, busy: alive } },
});
