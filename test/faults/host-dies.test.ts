// The far host loses its power: its kernel says nothing any more, and ends no connection.

import { verdict } from './lab/expectation.ts';
import { scenario } from './lab/scenario.ts';

const dead = { node: 'nothing', systole: verdict('silent') };

scenario('host dies', {
  strike: ({ network }) => network.killFar(),
  told: { near: { idle: dead, busy: dead } },
});
