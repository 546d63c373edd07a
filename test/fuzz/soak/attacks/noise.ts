/** Random bytes from the first one on. */

import type { Attack } from '../attack.ts';

const BYTES = 1_024;

export const noise: Attack = {
  name: 'noise',
  perSecond: 50,
  deserves: ['not-our-protocol'],
  async strike(raid) {
    const peer = await raid.connect();
    peer.write(Uint8Array.from({ length: BYTES }, () => raid.random() * 256));
  },
};
