/** A handshake at one byte a second: it never ends, and never pauses. */

import type { Attack } from '../attack.ts';
import { bytesOf, hello, PREAMBLE } from '../phrases.ts';

export const slowloris: Attack = {
  name: 'slowloris',
  perSecond: 20,
  deserves: ['handshake-timeout'],
  async strike(raid) {
    const peer = await raid.connect();
    for (const byte of Buffer.concat([PREAMBLE, bytesOf(hello())])) {
      peer.write(Uint8Array.of(byte));
      await raid.rest(1_000);
      if (peer.isGone) return;
    }
  },
};
