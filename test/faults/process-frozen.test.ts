// The far process is stopped, such as by a debugger or for a snapshot of its machine. Its kernel goes on acknowledging.

import { at, nothing, verdict } from './lab/expectation.ts';
import { scenario } from './lab/scenario.ts';

const alive = { node: 'nothing', systole: nothing };
const dead = { node: 'nothing', systole: verdict('silent') };

scenario('process frozen for 2 s', {
  strike: ({ far }) => far.freeze(),
  later: { afterMs: 2_000, act: ({ far }) => far.thaw() },
  told: { near: { idle: alive, busy: alive }, far: { idle: alive, busy: alive } },
});

// Who thaws blames nobody: it reads that it was judged dead, or its next write finds the peer's socket gone.
scenario('process frozen for 5 s', {
  strike: ({ far }) => far.freeze(),
  later: { afterMs: 5_000, act: ({ far }) => far.thaw() },
  told: {
    near: { idle: dead, busy: dead },
    far: {
      idle: { node: 'nothing', systole: { ...at(5_000, 'closed-by-peer'), evidence: { code: 'judged-dead' } } },
      busy: { node: 'nothing', systole: at(5_000, 'closed-by-peer', 'reset') },
    },
  },
});
