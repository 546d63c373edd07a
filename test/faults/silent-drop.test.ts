// The path swallows every packet of both directions: a firewall that lost its state, a broken link behind a switch.

import { verdict } from './lab/expectation.ts';
import { scenario } from './lab/scenario.ts';

const told = { node: 'nothing', systole: verdict('silent') };

scenario('silent drop, both ways', {
  strike: ({ network }) => network.drop(),
  told: { near: { idle: told, busy: told }, far: { idle: told, busy: told } },
});
