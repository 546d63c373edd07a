// Packets of one direction vanish, such as by a firewall rule for one side. Whoever does not hear judges; whoever is heard still
// hears one probe, and then nothing either, as TCP sends nothing new where nothing is acknowledged.

import { verdict, verdictAfterPeersProbe } from './lab/expectation.ts';
import { scenario } from './lab/scenario.ts';

const deaf = { node: 'nothing', systole: verdict('silent') };
const unheard = { node: 'nothing', systole: verdictAfterPeersProbe('silent') };

scenario('silent drop, to the far end', {
  strike: ({ network }) => network.drop('to far'),
  told: { near: { idle: unheard, busy: unheard }, far: { idle: deaf, busy: deaf } },
});

scenario('silent drop, to the near end', {
  strike: ({ network }) => network.drop('to near'),
  told: { near: { idle: deaf, busy: deaf }, far: { idle: unheard, busy: unheard } },
});
