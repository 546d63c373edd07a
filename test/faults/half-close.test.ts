// FIN comes without CLOSE, and whoever sent it still takes what comes: TCP calls it half open. A session without its other half is none.

import { atOnce } from './lab/expectation.ts';
import { scenario } from './lab/scenario.ts';

const half = { node: 'end', systole: { ...atOnce('eof'), evidence: { hint: 'crash' } } } as const;

/** Where bytes lie unread, the near kernel says RST in the place of FIN. */
const busy = { node: ['end', 'ECONNRESET'], systole: atOnce('eof', 'reset') };

// The near end, told by FIN, ends its own half as well, which the far end is told in turn.
scenario('half close by the far end', {
  path: (network) => network.insertRelay(),
  strike: ({ network }) => network.relay.halfClose('to near'),
  lookMs: 2_000,
  told: { near: { idle: half, busy: half }, far: { idle: half, busy } },
});
