// Far more is sent than all buffers on the way take, and nobody reads it.

import { verdict } from './lab/expectation.ts';
import { scenario } from './lab/scenario.ts';

// Without acknowledgements the own kernel takes less than the peer's credit allows: the probe waits behind it.
scenario('full send buffer in front of a black hole', {
  strike: async ({ network, near }) => {
    await network.drop();
    near.send({ type: 'flood' });
  },
  told: { near: { busy: { node: 'nothing', systole: verdict('write-stalled') } } },
});

// Two kernels take all that the peer's credit allows, and the probe behind it.
scenario('full send buffer in front of a frozen process', {
  strike: ({ near, far }) => {
    far.freeze();
    near.send({ type: 'flood' });
  },
  told: { near: { busy: { node: 'nothing', systole: verdict('silent') } } },
});
