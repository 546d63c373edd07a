// A NAT or a stateful firewall forgets a flow that has been idle for a while, and drops what comes of it then. Nobody is told.

import type { Expectation } from './lab/expectation.ts';
import { boundMs, nothing, WINDOW_MS } from './lab/expectation.ts';
import type { Plan } from './lab/observation.ts';
import { scenario } from './lab/scenario.ts';
import { forgetIdleFlows } from './lab/stateful-box.ts';

const FORGETS_MS = 2_000;

/** Time does it. */
const fault: Pick<Plan, 'path' | 'strike'> = {
  path: ({ router }) => forgetIdleFlows(router, FORGETS_MS / 1_000),
  strike: () => {},
};

const alive = { node: 'nothing', systole: nothing };

scenario('flow forgotten after 2 s, idle 1 s', {
  ...fault,
  told: { near: { idle: alive, busy: alive }, far: { idle: alive, busy: alive } },
});

const IDLE_MS = 4_000;

/** The first probe of each end, whose wait is shorter by chance, may still come through and be remembered for 2 s. */
const LAST_BYTE_MS = 2 * FORGETS_MS;

const forgotten: Expectation = {
  what: ['silent'],
  fromMs: FORGETS_MS + WINDOW_MS,
  untilMs: LAST_BYTE_MS + boundMs(IDLE_MS),
};

scenario('flow forgotten after 2 s, idle 4 s', {
  ...fault,
  idleMs: IDLE_MS,
  lookMs: forgotten.untilMs + 1_000,
  told: {
    near: { idle: { node: 'nothing', systole: forgotten }, busy: alive },
    far: { idle: { node: 'nothing', systole: forgotten }, busy: alive },
  },
});
