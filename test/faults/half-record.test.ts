// Part of a TLS record comes, and then nothing more. What TLS does not show is evidence all the same, until it is as old as any other.

import { setTimeout as sleep } from 'node:timers/promises';
import { verdict } from './lab/expectation.ts';
import { scenario } from './lab/scenario.ts';

/** A record of TLS takes at least 22 bytes more than what is in it: these take longer than the path goes on. */
const EACH = '100ms';

/** Longer than idle, so that a record is on its way in either direction. */
const GOES_ON_MS = 1_500;

const dead = { node: 'nothing', systole: verdict('silent') };

scenario('half a TLS record, and then nothing', {
  over: 'tls',
  path: (network) => network.insertRelay(),
  strike: async ({ network }) => {
    await network.relay.set({ drip: EACH });
    await sleep(GOES_ON_MS);
    await network.relay.set('blackholed');
  },
  told: { near: { idle: dead, busy: dead }, far: { idle: dead, busy: dead } },
});
