// A load balancer cuts connections that have carried nothing for 3 s: it says FIN to both ends, as a process does that has crashed.

import type { Expectation } from './lab/expectation.ts';
import { nothing } from './lab/expectation.ts';
import { balanceLoad } from './lab/load-balancer.ts';
import type { Plan } from './lab/observation.ts';
import { scenario } from './lab/scenario.ts';

const CUTS_MS = 3_000;

/** Time does it. */
const fault: Pick<Plan, 'path' | 'idleLimits' | 'strike'> = {
  path: ({ router, far }) => balanceLoad(router, far.address, CUTS_MS / 1_000),
  idleLimits: [CUTS_MS],
  strike: () => {},
};

const alive = { node: 'end', systole: nothing };
const busy = { node: 'nothing', systole: nothing };

scenario('idle connections cut after 3 s, idle 1 s', {
  ...fault,
  told: { near: { idle: alive, busy }, far: { idle: alive, busy } },
});

/** The first probe of each end, whose wait is shorter by chance, may come in time and postpone the cut. */
const LAST_CUT_MS = 3 * CUTS_MS;

const cut: Expectation = { what: ['eof'], fromMs: CUTS_MS, untilMs: LAST_CUT_MS, evidence: { hint: 'idle-cut' } };
const idle = { node: 'end', systole: cut };

scenario('idle connections cut after 3 s, idle 5 s', {
  ...fault,
  idleMs: 5_000,
  lookMs: LAST_CUT_MS + 1_000,
  told: { near: { idle, busy }, far: { idle, busy } },
});
