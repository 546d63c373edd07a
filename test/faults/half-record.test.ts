// Part of a TLS record comes, and then nothing more. What TLS does not show is evidence all the same, until it is as old as any other.

import type { Expectation } from './lab/expectation.ts';
import { boundMs, WINDOW_MS } from './lab/expectation.ts';
import { LOOK_MS } from './lab/observation.ts';
import { scenario } from './lab/scenario.ts';

/** A record of TLS takes at least 22 bytes more than what is in it: these take longer than the path goes on. */
const EACH = '100ms';

/** Longer than idle, so that a record is on its way in either direction. */
const GOES_ON_MS = 1_500;

const silent: Expectation = { what: ['silent'], fromMs: GOES_ON_MS + WINDOW_MS, untilMs: GOES_ON_MS + boundMs() };
const dead = { node: 'nothing', systole: silent };

scenario('half a TLS record within 1.5 s, and then nothing', {
  over: 'tls',
  path: (network) => network.insertRelay(),
  strike: ({ network }) => network.relay.set({ drip: EACH }),
  later: { afterMs: GOES_ON_MS, act: ({ network }) => network.relay.set('blackholed') },
  lookMs: GOES_ON_MS + LOOK_MS,
  told: { near: { idle: dead, busy: dead }, far: { idle: dead, busy: dead } },
});
