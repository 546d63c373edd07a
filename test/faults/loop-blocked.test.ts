// The far event loop is blocked, such as by a computation. Its kernel goes on acknowledging.

import { at, nothing, verdict } from './lab/expectation.ts';
import { scenario } from './lab/scenario.ts';

const alive = { node: 'nothing', systole: nothing };
const dead = { node: 'nothing', systole: verdict('silent') };

scenario('loop blocked for 2 s', {
  strike: ({ far }) => far.send({ type: 'block', ms: 2_000 }),
  told: { near: { idle: alive, busy: alive }, far: { idle: alive, busy: alive } },
});

// Who runs again blames nobody: it reads that it was judged dead, or its next write finds the peer's socket gone.
scenario('loop blocked for 5 s', {
  strike: ({ far }) => far.send({ type: 'block', ms: 5_000 }),
  told: {
    near: { idle: dead, busy: dead },
    far: {
      idle: { node: 'nothing', systole: { ...at(5_000, 'closed-by-peer'), evidence: { code: 'judged-dead' } } },
      busy: { node: 'nothing', systole: at(5_000, 'closed-by-peer', 'reset') },
    },
  },
});
