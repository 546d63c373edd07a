/** More than was granted: a message without an end, and messages that nobody takes, beyond all credit. */

import type { Attack } from '../attack.ts';
import { bytesOf, data, endless } from '../phrases.ts';

const OVERLONG = bytesOf(...endless(17, 65_472));

/** The first one stays with its handler, so that those behind it wait: 4 MiB of them and 64 KiB. */
const OVERDRAWN = bytesOf(
  data(1, { hold: true }),
  ...Array.from({ length: 65 }, (_, index) => data(index + 2, new Uint8Array(65_000))),
);

export const tooMuch: Attack = {
  name: 'too-much',
  perSecond: 4,
  deserves: ['protocol-error'],
  async strike(raid) {
    const peer = await raid.connect();
    await peer.enter();
    peer.write(raid.turn % 2 === 0 ? OVERLONG : OVERDRAWN);
  },
};
