/** A message of almost 1 MiB, the largest that is allowed, whose last part never comes. */

import type { Attack } from '../attack.ts';
import { bytesOf, endless } from '../phrases.ts';

/** As large as parts may be; 16 of them stay just under the limit. */
const PARTS = bytesOf(...endless(16, 65_472));

export const halfMessage: Attack = {
  name: 'half-message',
  perSecond: 5,
  deserves: ['silent'],
  async strike(raid) {
    const peer = await raid.connect();
    await peer.enter();
    peer.write(PARTS);
  },
};
