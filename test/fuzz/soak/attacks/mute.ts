/** Connects and says nothing. */

import type { Attack } from '../attack.ts';

export const mute: Attack = {
  name: 'mute',
  perSecond: 20,
  deserves: ['handshake-timeout'],
  async strike(raid) {
    await raid.connect();
  },
};
