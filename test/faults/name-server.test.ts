// The address is that of a name, and the name server says nothing. The system's resolver asks again and again; nobody can stop it.

import { at, atOnce } from './lab/expectation.ts';
import { DNS_MS } from './lab/links.ts';
import { FAR } from './lab/network.ts';
import { dialScenario } from './lab/scenario.ts';

dialScenario('name server silent', {
  accepts: 'nobody',
  to: 'peer.example',
  nameServer: FAR.address,
  before: ({ network }) => network.drop('to far'),
  told: { near: { node: 'nothing', systole: at(DNS_MS, 'dns') } },
});

dialScenario('nobody there who serves names', {
  accepts: 'nobody',
  to: 'peer.example',
  nameServer: FAR.address,
  before: ({ network }) => network.far.tune({ 'ipv4/icmp_ratelimit': 0 }), // its kernel refuses each question, and not one a second
  told: { near: { node: 'EAI_AGAIN', systole: { ...atOnce('dns'), evidence: { code: 'EAI_AGAIN' } } } },
});
