// The near host is behind a NAT, which forgets a flow that has been idle for a while. What the near end sends then is dropped; what
// the far end sends is for a port of the router's own, which nobody has: the router answers with RST.

import type { Expectation } from './lab/expectation.ts';
import { boundMs, nothing, WINDOW_MS } from './lab/expectation.ts';
import type { Plan } from './lab/observation.ts';
import { scenario } from './lab/scenario.ts';
import { translateAddresses } from './lab/stateful-box.ts';

const FORGETS_MS = 2_000;

/** Time does it. */
const fault: Pick<Plan, 'path' | 'strike'> = {
  path: ({ router }) => translateAddresses(router, FORGETS_MS / 1_000),
  strike: () => {},
};

const alive = { node: 'nothing', systole: nothing };

scenario('translation forgotten after 2 s, idle 1 s', {
  ...fault,
  told: { near: { idle: alive, busy: alive }, far: { idle: alive, busy: alive } },
});

const IDLE_MS = 4_000;

/** The first probe of each end, whose wait is shorter by chance, may still come through and be remembered for 2 s. */
const LAST_BYTE_MS = 2 * FORGETS_MS;

const near: Expectation = {
  what: ['silent'],
  fromMs: FORGETS_MS + WINDOW_MS,
  untilMs: LAST_BYTE_MS + boundMs(IDLE_MS),
};

/** The next probe finds it out. */
const far: Expectation = {
  what: ['reset'],
  fromMs: FORGETS_MS,
  untilMs: LAST_BYTE_MS + IDLE_MS,
  evidence: { code: 'ECONNRESET' },
};

scenario('translation forgotten after 2 s, idle 4 s', {
  ...fault,
  idleMs: IDLE_MS,
  lookMs: near.untilMs + 1_000,
  told: {
    near: { idle: { node: 'nothing', systole: near }, busy: alive },
    far: { idle: { node: 'nothing', systole: far }, busy: alive },
  },
});
