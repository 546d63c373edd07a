/** A thousand PINGs at once, far more than the burst that a lawful peer has. */

import type { Frame } from '@systole/core';
import type { Attack } from '../attack.ts';
import { bytesOf } from '../phrases.ts';

const PINGS = bytesOf(...Array.from({ length: 1_000 }, (_, index): Frame => ({ type: 'ping', number: index + 1 })));

export const pingFlood: Attack = {
  name: 'ping-flood',
  perSecond: 20,
  deserves: ['too-many-pings'],
  async strike(raid) {
    const peer = await raid.connect();
    await peer.enter();
    peer.write(PINGS);
  },
};
