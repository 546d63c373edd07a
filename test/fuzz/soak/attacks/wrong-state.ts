/** Valid frames at a time when they cannot be meant. */

import type { Frame } from '@systole/core';
import type { Attack } from '../attack.ts';
import { ack, bytesOf, data, decode, encode, hello, PREAMBLE } from '../phrases.ts';

const HELLO = hello();
const { body } = HELLO as Extract<Frame, { readonly type: 'hello' }>;
const WELCOME: Frame = { type: 'welcome', body: encode({ ...decode(body), session: 'mine' }) };

/** Instead of HELLO, or behind it, before the answer can have come. */
const EARLY: readonly (readonly Frame[])[] = [
  [data(1, 'before HELLO')],
  [WELCOME],
  [{ type: 'ping', number: 1 }],
  [HELLO, HELLO],
  [HELLO, data(1, 'before WELCOME')],
];

/** Behind WELCOME. */
const LATE: readonly Frame[] = [
  HELLO,
  WELCOME,
  ack({ received: 5, handled: 5 }),
  ack({ settled: 5 }),
  ack({ read: 2 ** 40 }),
  { type: 'result', ok: true, number: 1, part: 'whole', value: encode('unasked') },
  { type: 'data', number: 1, part: 'middle', payload: new Uint8Array(2_000) },
  data(7, 'the seventh comes first'),
];

export const wrongState: Attack = {
  name: 'wrong-state',
  perSecond: 30,
  deserves: ['protocol-error'],
  async strike(raid) {
    const peer = await raid.connect();
    const trick = raid.turn % (EARLY.length + LATE.length);
    const early = EARLY[trick];
    if (early !== undefined) return peer.write(PREAMBLE, bytesOf(...early));
    await peer.enter();
    peer.send(...LATE.slice(trick - EARLY.length).slice(0, 1));
  },
};
