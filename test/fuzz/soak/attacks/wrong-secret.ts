/** Handshakes without an end, all well-formed, with a secret that is wrong. */

import type { Attack } from '../attack.ts';
import { bytesOf, hello, PREAMBLE } from '../phrases.ts';

const HELLO = bytesOf(hello({ credentials: { name: 'lawful 1', secret: 'wrong' } }));

export const wrongSecret: Attack = {
  name: 'wrong-secret',
  perSecond: 100,
  deserves: ['rejected'],
  async strike(raid) {
    (await raid.connect()).write(PREAMBLE, HELLO);
  },
};
