// The far process is killed. Its kernel says FIN for it, or RST where bytes lay unread: to node:net the same as a goodbye.

import { atOnce } from './lab/expectation.ts';
import { scenario } from './lab/scenario.ts';

scenario('process killed', {
  strike: ({ far }) => far.kill(),
  lookMs: 2_000,
  told: {
    near: {
      // A PING may just have come.
      idle: { node: 'end', systole: atOnce('eof', 'reset') },
      busy: { node: ['end', 'ECONNRESET'], systole: atOnce('eof', 'reset') },
    },
  },
});
