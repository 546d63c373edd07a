// The far application says goodbye.

import { atOnce } from './lab/expectation.ts';
import { scenario } from './lab/scenario.ts';

const peer = { node: 'end', systole: atOnce('closed-by-peer') };
const own = { node: ['end', 'close'], systole: atOnce('closed-locally') };

scenario('orderly close', {
  strike: ({ far }) => far.send({ type: 'close' }),
  lookMs: 2_000,
  told: { near: { idle: peer, busy: peer }, far: { idle: own, busy: own } },
});
