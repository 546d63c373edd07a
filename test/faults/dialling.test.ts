// What keeps a connection from being established, on the way and at the far end.

import { BACKLOG } from './lab/dial-ends.ts';
import { atHandshakeTimeout, atOnce, within } from './lab/expectation.ts';
import { NOBODY, NOWHERE } from './lab/network.ts';
import { dialScenario } from './lab/scenario.ts';

dialScenario('SYN dropped', {
  before: ({ network }) => network.drop('to far'),
  told: { near: { node: 'nothing', systole: atHandshakeTimeout('connect-timeout') } },
});

dialScenario('accept queue full', {
  before: async ({ far, crowd }) => {
    far?.freeze();
    await crowd(BACKLOG + 1);
  },
  told: { near: { node: 'nothing', systole: atHandshakeTimeout('connect-timeout') } },
});

dialScenario('nobody listens', {
  accepts: 'nobody',
  told: { near: { node: 'ECONNREFUSED', systole: { ...atOnce('refused'), evidence: { code: 'ECONNREFUSED' } } } },
});

dialScenario('nobody has the address', {
  accepts: 'nobody',
  to: NOBODY,
  told: {
    near: { node: 'EHOSTUNREACH', systole: { ...within(4_000, 'unreachable'), evidence: { code: 'EHOSTUNREACH' } } },
  },
});

dialScenario('no route to the network', {
  accepts: 'nobody',
  to: NOWHERE,
  told: { near: { node: 'ENETUNREACH', systole: { ...atOnce('unreachable'), evidence: { code: 'ENETUNREACH' } } } },
});

dialScenario('router forbids it', {
  before: ({ network }) => network.unreachable('to far'),
  told: { near: { node: 'EHOSTUNREACH', systole: { ...atOnce('unreachable'), evidence: { code: 'EHOSTUNREACH' } } } },
});
