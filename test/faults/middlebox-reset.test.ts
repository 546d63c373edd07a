// A middlebox answers with RST in the peer's name, such as a firewall that has forgotten the flow; but only if it is asked.

import { atNextProbe } from './lab/expectation.ts';
import { scenario } from './lab/scenario.ts';

const systole = { ...atNextProbe('reset'), evidence: { code: 'ECONNRESET' } };
const idle = { node: 'nothing', systole };
/** Who writes again before he has read of it is told EPIPE. */
const busy = { node: ['ECONNRESET', 'EPIPE'], systole: atNextProbe('reset') };

scenario('reset by a middlebox', {
  strike: ({ network }) => network.reset(),
  told: { near: { idle, busy }, far: { idle, busy } },
});
