/** A peer that is let in, and then sends random bytes: more than any frame may have, so that no length among them is filled. */

import type { Attack } from '../attack.ts';

const BYTES = 80_000;

export const garble: Attack = {
  name: 'garble',
  perSecond: 10,
  deserves: ['protocol-error'],
  explained: ['too-many-pings'],
  async strike(raid) {
    const peer = await raid.connect();
    await peer.enter();
    peer.write(Uint8Array.from({ length: BYTES }, () => raid.random() * 256));
  },
};
