// One byte at a time is on its way. Each is evidence: nobody dies who sends so. Whoever has sent more than a peer that reads so will
// ever take hears nothing of it, unless it has something to say of its own.

import { nothing, verdict } from './lab/expectation.ts';
import type { Plan } from './lab/observation.ts';
import { scenario } from './lab/scenario.ts';

/** A heartbeat of 3 bytes there and 3 bytes back takes 1.8 s, within the window. Over TLS it would take 15 s. */
const EACH = '300ms';

const alive = { node: 'nothing', systole: nothing };

const dripping: Pick<Plan, 'path' | 'strike'> = {
  path: (network) => network.insertRelay(),
  strike: ({ network }) => network.relay.set({ drip: EACH }, 'to near'),
};

scenario('peer sends a byte each 300 ms', {
  ...dripping,
  told: { near: { idle: alive, busy: alive }, far: { idle: alive, busy: alive } },
});

scenario('peer sends a byte each 300 ms, over TLS', {
  ...dripping,
  over: 'tls',
  told: { near: { idle: alive, busy: alive }, far: { idle: alive, busy: alive } },
});

scenario('peer reads a byte each 300 ms, 8 MiB on their way', {
  path: (network) => network.insertRelay(),
  strike: async ({ network, near }) => {
    await network.relay.set({ drip: EACH }, 'to far');
    near.send({ type: 'flood' });
  },
  told: { near: { idle: { node: 'nothing', systole: verdict('silent') }, busy: alive }, far: { busy: alive } },
});
