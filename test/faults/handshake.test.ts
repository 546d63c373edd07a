// TCP is established, and then nothing is said.

import { atHandshakeTimeout } from './lab/expectation.ts';
import { dialScenario } from './lab/scenario.ts';

const connected = { node: 'connect', systole: atHandshakeTimeout('handshake-timeout') };

dialScenario('server accepts and never speaks', { told: { near: connected } });

dialScenario('server accepts and never speaks, over TLS', {
  over: 'tls',
  told: { near: { node: 'nothing', systole: atHandshakeTimeout('handshake-timeout') } },
});

dialScenario('server is frozen, its kernel accepts', {
  before: ({ far }) => far?.freeze(),
  told: { near: connected },
});

dialScenario('client connects and never speaks', {
  accepts: 'systole',
  dials: 'nothing',
  told: { far: { node: 'nothing', systole: atHandshakeTimeout('handshake-timeout') } },
});
