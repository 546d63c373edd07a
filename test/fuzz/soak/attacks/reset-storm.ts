/** Connects, and resets at once: before the server has looked at it, behind the preamble, or in the midst of HELLO. */

import type { Attack } from '../attack.ts';
import { bytesOf, hello, PREAMBLE } from '../phrases.ts';

const OPENING = Buffer.concat([PREAMBLE, bytesOf(hello())]);

/** Bytes that are sent before. */
const BEFORE = [0, 0, PREAMBLE.length, 100, OPENING.length];

export const resetStorm: Attack = {
  name: 'reset-storm',
  perSecond: 200,
  deserves: ['reset'],
  async strike(raid) {
    const peer = await raid.connect();
    peer.write(OPENING.subarray(0, BEFORE[raid.turn % BEFORE.length]));
    if (raid.turn % 2 === 0) await raid.rest(1);
    peer.reset();
  },
};
