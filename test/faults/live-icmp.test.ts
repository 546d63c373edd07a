// A router tells that the host cannot be reached. On a live connection this is a hint and no end (RFC 1122, 4.2.3.9).

import { verdict } from './lab/expectation.ts';
import { scenario } from './lab/scenario.ts';

const told = { node: 'nothing', systole: verdict('silent') };

scenario('host unreachable, told by ICMP', {
  strike: ({ network }) => network.unreachable(),
  told: { near: { idle: told, busy: told }, far: { idle: told, busy: told } },
});
